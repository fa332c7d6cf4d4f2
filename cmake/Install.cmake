# `make install`: program, library, headers, recipes and the CMake package. Everything may be moved afterwards: paths inside
# are relative. LibTorch stays where it is; its folder is in the RUNPATH of what links to it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(ROFORMER_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/roformer")

foreach(library roformer_plain roformer)
  target_include_directories(${library} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${library} INTERFACE cxx_std_20)
endforeach()
file(RELATIVE_PATH ROFORMER_BIN_TO_LIB "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
set_target_properties(roformer_program PROPERTIES INSTALL_RPATH "$ORIGIN/${ROFORMER_BIN_TO_LIB}")
set_target_properties(roformer roformer_plain_commands roformer_commands PROPERTIES INSTALL_RPATH "$ORIGIN")

install(TARGETS roformer roformer_plain EXPORT roformer_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS roformer_sentencepiece roformer_plain_commands roformer_commands LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS roformer_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(ROFORMER_JIEBA_DICTIONARY)
  install(FILES "${CMAKE_BINARY_DIR}/jieba.dict.txt" DESTINATION ${CMAKE_INSTALL_DATADIR}/roformer)
  install(DIRECTORY "${CMAKE_BINARY_DIR}/jieba.model" DESTINATION ${CMAKE_INSTALL_DATADIR}/roformer)
endif()
install(DIRECTORY recipes/ DESTINATION ${CMAKE_INSTALL_DATADIR}/roformer/recipes FILES_MATCHING PATTERN "*.toml")

# The manual page and the completion say what the program says of itself.
install(CODE "
  execute_process(COMMAND \"${CMAKE_BINARY_DIR}/roformer\" manual
    OUTPUT_FILE \"${CMAKE_BINARY_DIR}/roformer.1\" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND \"${CMAKE_BINARY_DIR}/roformer\" completion bash
    OUTPUT_FILE \"${CMAKE_BINARY_DIR}/roformer.bash\" COMMAND_ERROR_IS_FATAL ANY)")
install(FILES "${CMAKE_BINARY_DIR}/roformer.1" DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES "${CMAKE_BINARY_DIR}/roformer.bash" DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME roformer)

# Headers of all rooms but cli/. Those of kernels are internal, but for the few that a public header includes.
file(GLOB headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}" roformer/*/*.h)
list(FILTER headers EXCLUDE REGEX "^roformer/cli/")
set(public_headers ${headers})
list(FILTER public_headers EXCLUDE REGEX "_kernel\\.h$")
foreach(header IN LISTS public_headers)
  file(STRINGS ${header} lines REGEX "#include \"roformer/.*_kernel\\.h\"")
  string(REGEX REPLACE "#include \"([^\"]*)\"" "\\1" included "${lines}")
  list(APPEND public_headers ${included})
endforeach()
list(REMOVE_DUPLICATES public_headers)
foreach(header IN LISTS public_headers)
  get_filename_component(room ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${room})
endforeach()

install(EXPORT roformer_targets NAMESPACE roformer:: DESTINATION ${ROFORMER_PACKAGE_DIR})
configure_package_config_file(cmake/roformerConfig.cmake.in "${CMAKE_BINARY_DIR}/roformerConfig.cmake"
  INSTALL_DESTINATION ${ROFORMER_PACKAGE_DIR})
# Until 1.0 a minor version may change the interface.
write_basic_package_version_file("${CMAKE_BINARY_DIR}/roformerConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/roformerConfig.cmake" "${CMAKE_BINARY_DIR}/roformerConfigVersion.cmake"
  cmake/LibTorch.cmake DESTINATION ${ROFORMER_PACKAGE_DIR})
