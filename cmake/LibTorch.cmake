# Finds LibTorch without find_package(Torch), which stops on a CUDA build where no CUDA toolkit is.
# Looks at Torch_DIR (…/share/cmake/Torch; a variable of CMake or of the environment), then at CMAKE_PREFIX_PATH, then at the
# `torch` of a Python: that of the project's .venv, else python3.
# Defines the target `roformer::libtorch`, TORCH_ROOT and TORCH_VERSION. Installed with the package, which includes it too:
# there ROFORMER_TORCH_HINT is the LibTorch that the library was built with, taken unless one is named.

function(roformer_torch_of_python python root)
  execute_process(
    COMMAND ${python} -c
            "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${root} "${found}" PARENT_SCOPE)
endfunction()

function(roformer_find_torch_root root)
  set(torch_dir "${Torch_DIR}")
  if(NOT torch_dir)
    set(torch_dir "$ENV{Torch_DIR}")
  endif()
  if(NOT torch_dir)
    # What `torch.utils.cmake_prefix_path` prints is a folder of this list.
    set(prefixes ${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH})
    string(REPLACE ":" ";" prefixes "${prefixes}")
    find_path(torch_config TorchConfig.cmake HINTS ${prefixes} PATH_SUFFIXES Torch share/cmake/Torch
      NO_DEFAULT_PATH NO_CACHE)
    if(torch_config)
      set(torch_dir "${torch_config}")
    endif()
  endif()
  if(torch_dir)
    get_filename_component(found "${torch_dir}/../../.." ABSOLUTE)
  elseif(EXISTS "${ROFORMER_TORCH_HINT}/lib/libtorch_cpu.so")
    set(found "${ROFORMER_TORCH_HINT}")
  else()
    find_program(ROFORMER_PYTHON NAMES python3 HINTS "${PROJECT_SOURCE_DIR}/.venv/bin" NO_DEFAULT_PATH)
    if(NOT ROFORMER_PYTHON)
      find_program(ROFORMER_PYTHON NAMES python3)
    endif()
    roformer_torch_of_python("${ROFORMER_PYTHON}" found)
  endif()
  set(${root} "${found}" PARENT_SCOPE)
endfunction()

function(roformer_torch_version root version)
  set(found "")
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(NOT found AND EXISTS "${root}/include/${header}")
      file(STRINGS "${root}/include/${header}" lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
      string(REGEX REPLACE "[^0-9;]" "" numbers "${lines}")
      string(REPLACE ";" "." found "${numbers}")
    endif()
  endforeach()
  set(${version} "${found}" PARENT_SCOPE)
endfunction()

roformer_find_torch_root(TORCH_ROOT)
if(EXISTS "${TORCH_ROOT}/lib/libtorch_cpu.so")
  roformer_torch_version("${TORCH_ROOT}" TORCH_VERSION)
  if(NOT TARGET roformer::libtorch)
    message(STATUS "LibTorch ${TORCH_VERSION}: ${TORCH_ROOT}")
    add_library(roformer::libtorch INTERFACE IMPORTED GLOBAL)
    # -idirafter: the wheel ships its own fmt, which must not shadow the system's (spdlog needs that one).
    # -fopenmp: without it at::parallel_for in our code silently runs on one thread.
    target_compile_options(roformer::libtorch INTERFACE
      "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-idirafter \"${TORCH_ROOT}/include\">"
      "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-idirafter \"${TORCH_ROOT}/include/torch/csrc/api/include\">"
      "$<$<COMPILE_LANGUAGE:CXX>:-fopenmp>")
    # --no-as-needed: otherwise the linker drops libtorch.so, and with it the CUDA backend, and libroformer.so where only its
    # registered operators are used.
    # -lstdc++ before all others: LibTorch's wheels export parts of an older std::filesystem, which otherwise serve calls within
    # the system's libstdc++ too.
    target_link_options(roformer::libtorch INTERFACE
      -Wl,--no-as-needed -lstdc++ "-Wl,-rpath,${TORCH_ROOT}/lib" "-L${TORCH_ROOT}/lib" -fopenmp)
    # A CUDA build's libtorch.so brings libtorch_cuda.so by itself; naming it would ask for CUDA's own libraries at link time.
    target_link_libraries(roformer::libtorch INTERFACE torch torch_cpu c10)
  endif()
elseif(NOT ROFORMER_TORCH_OPTIONAL)
  message(FATAL_ERROR
    "[cmake] expected LibTorch in Torch_DIR or in .venv but found none: run scripts/setup, "
    "or give -DTorch_DIR=/path/to/libtorch/share/cmake/Torch")
endif()
