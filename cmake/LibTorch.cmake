# Finds LibTorch without find_package(Torch), which stops on a CUDA build where no CUDA toolkit is.
# Looks at Torch_DIR (…/share/cmake/Torch), then at the `torch` of the project's Python environment.
# Defines the target `libtorch`.

if(Torch_DIR)
  get_filename_component(TORCH_ROOT "${Torch_DIR}/../../.." ABSOLUTE)
else()
  find_program(ROFORMER_PYTHON NAMES python3 HINTS "${PROJECT_SOURCE_DIR}/.venv/bin" NO_DEFAULT_PATH)
  if(NOT ROFORMER_PYTHON)
    find_program(ROFORMER_PYTHON NAMES python3)
  endif()
  execute_process(
    COMMAND ${ROFORMER_PYTHON} -c
            "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE TORCH_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT EXISTS "${TORCH_ROOT}/lib/libtorch_cpu.so")
  message(FATAL_ERROR
    "[cmake] expected LibTorch in Torch_DIR or in .venv but found none: run scripts/setup, "
    "or give -DTorch_DIR=/path/to/libtorch/share/cmake/Torch")
endif()
message(STATUS "LibTorch: ${TORCH_ROOT}")

add_library(libtorch INTERFACE)
# -idirafter: the wheel ships its own fmt, which must not shadow the system's (spdlog needs that one).
# -fopenmp: without it at::parallel_for in our code silently runs on one thread.
target_compile_options(libtorch INTERFACE
  "SHELL:-idirafter ${TORCH_ROOT}/include"
  "SHELL:-idirafter ${TORCH_ROOT}/include/torch/csrc/api/include"
  -fopenmp)
# --no-as-needed: otherwise the linker drops libtorch.so, and with it the CUDA backend.
target_link_options(libtorch INTERFACE
  -Wl,--no-as-needed -Wl,-rpath,${TORCH_ROOT}/lib -L${TORCH_ROOT}/lib -fopenmp)
# A CUDA build's libtorch.so brings libtorch_cuda.so by itself; naming it would ask for CUDA's own libraries at link time.
target_link_libraries(libtorch INTERFACE torch torch_cpu c10)
