# One folder, one room: each becomes an object library with unity builds.
# Files named *_kernel.cpp are left out here and compiled once per instruction set (roformer_add_kernels).

function(roformer_room_sources room out)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/roformer/${room}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "_kernel\\.cpp$")
  set(${out} "${sources}" PARENT_SCOPE)
endfunction()

# Unity builds of at most 18 files, evenly cut: what a unit costs before its first line is that of some five files, most of
# it templates that LibTorch's, CLI11's and the JSON headers leave to be instantiated.
function(roformer_unity target)
  get_target_property(sources ${target} SOURCES)
  list(LENGTH sources count)
  math(EXPR units "(${count} + 17) / 18")
  math(EXPR size "(${count} + ${units} - 1) / ${units}")
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${ROFORMER_UNITY} UNITY_BUILD_BATCH_SIZE ${size})
endfunction()

function(roformer_add_plain_room room)
  roformer_room_sources(${room} sources)
  if(NOT sources)
    return()
  endif()
  add_library(room_${room} OBJECT ${sources})
  target_link_libraries(room_${room} PRIVATE roformer_options PkgConfig::UTF8PROC PkgConfig::ISAL)
  roformer_unity(room_${room})
  target_sources(roformer_plain PRIVATE $<TARGET_OBJECTS:room_${room}>)
endfunction()

# A precompiled LibTorch header: 30 s once, then 4 s a unit. It fits only units compiled alike, so that there is one for
# each set of options: the product's, and the tests' (`ARGN`).
function(roformer_add_precompiled_header name)
  file(WRITE "${CMAKE_BINARY_DIR}/${name}.cpp" "")
  add_library(${name} OBJECT "${CMAKE_BINARY_DIR}/${name}.cpp")
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC ${ARGN})
  target_link_libraries(${name} PRIVATE roformer_options roformer::libtorch)
  target_precompile_headers(${name} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/precompiled.h")
endfunction()

# `header` is a target of roformer_add_precompiled_header, `ARGN` its options.
function(roformer_use_torch target header)
  target_link_libraries(${target} PRIVATE roformer_options roformer::libtorch)
  # Programs too get -fPIC, as the precompiled header.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC ${ARGN})
  if(ROFORMER_UNITY)
    target_precompile_headers(${target} REUSE_FROM ${header})
  else()
    target_compile_options(${target} PRIVATE -include "${PROJECT_SOURCE_DIR}/cmake/precompiled.h")
  endif()
endfunction()

function(roformer_add_tensor_room room)
  roformer_room_sources(${room} sources)
  if(NOT sources)
    return()
  endif()
  add_library(room_${room} OBJECT ${sources})
  roformer_use_torch(room_${room} roformer_pch)
  roformer_unity(room_${room})
  target_sources(roformer PRIVATE $<TARGET_OBJECTS:room_${room}>)
endfunction()

# The only thing that is linked with libsentencepiece (text/sentencepiece_library.h says why); it is opened from the folder
# of libroformer_plain.so, or of the program that has the room text/ in itself.
function(roformer_add_sentencepiece_plugin)
  add_library(roformer_sentencepiece MODULE "${PROJECT_SOURCE_DIR}/roformer/text/plugin/sentencepiece.cpp")
  target_link_libraries(roformer_sentencepiece PRIVATE roformer_options PkgConfig::SENTENCEPIECE)
  set_target_properties(roformer_sentencepiece PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  add_dependencies(roformer_plain roformer_sentencepiece)
endfunction()

# Every *_kernel.cpp once per instruction set; base/cpu_isa.h chooses at run time.
function(roformer_add_kernels)
  file(GLOB kernels CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/roformer/*/*_kernel.cpp")
  if(NOT kernels)
    return()
  endif()
  set(flags_baseline "")
  set(flags_avx2 -mavx2 -mfma -mf16c)
  set(flags_avx512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma -mf16c -mprefer-vector-width=512)
  foreach(isa baseline avx2 avx512)
    add_library(kernels_${isa} OBJECT ${kernels})
    target_link_libraries(kernels_${isa} PRIVATE roformer_options)
    target_compile_definitions(kernels_${isa} PRIVATE ROFORMER_KERNEL_ISA=${isa})
    target_compile_options(kernels_${isa} PRIVATE
      -O3 -ffp-contract=fast -fno-trapping-math -fopenmp-simd ${flags_${isa}})
    target_sources(roformer PRIVATE $<TARGET_OBJECTS:kernels_${isa}>)
  endforeach()
endfunction()

# The commands as two libraries, those without tensors and all, and the program that opens them (cli/launcher/main.cpp says why).
function(roformer_add_program)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/roformer/cli/*.cpp")
  list(TRANSFORM PLAIN_COMMANDS PREPEND "${PROJECT_SOURCE_DIR}/roformer/cli/" OUTPUT_VARIABLE plain)
  list(TRANSFORM plain APPEND ".cpp")
  list(REMOVE_ITEM sources ${plain})
  add_library(roformer_plain_commands SHARED ${plain})
  target_link_libraries(roformer_plain_commands PRIVATE roformer_options roformer_plain)
  roformer_unity(roformer_plain_commands)

  add_library(roformer_commands SHARED ${sources})
  roformer_use_torch(roformer_commands roformer_pch)
  target_link_libraries(roformer_commands PRIVATE roformer PUBLIC roformer_plain_commands)
  roformer_unity(roformer_commands)
  set_target_properties(roformer_plain_commands roformer_commands PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

  add_executable(roformer_program "${PROJECT_SOURCE_DIR}/roformer/cli/launcher/main.cpp")
  target_link_libraries(roformer_program PRIVATE ${CMAKE_DL_LIBS})
  add_dependencies(roformer_program roformer_plain_commands roformer_commands)
  set_target_properties(roformer_program PROPERTIES OUTPUT_NAME roformer
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}" BUILD_RPATH "$ORIGIN")
endfunction()
