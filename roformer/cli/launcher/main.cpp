// The program `roformer`: says how OpenMP's threads wait for each other, then opens the library
// that holds the commands. Two steps, since libgomp reads its settings once, before main or any
// constructor of a program that is linked with it.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace {

// Turns of a thread at a barrier before it sleeps, on a quiet machine; shared_machine.h is for
// others. libgomp's default, 300,000, is some milliseconds, which a short crowd pays; waking costs
// some 10 microseconds, so that few turns cost a small model a tenth. Figures: bench/RESULTS.md.
constexpr const char* spin_count = "10000";

constexpr const char* commands_library = "libroformer_commands.so";
constexpr const char* commands_function = "roformer_run_program";
constexpr int failed = 1;

// False where the user's environment says how, which goes first.
bool choose_waiting() {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr)
    return false;
  return setenv("GOMP_SPINCOUNT", spin_count, 0) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool waiting_is_ours = choose_waiting();
  void* const commands = dlopen(commands_library, RTLD_LAZY | RTLD_GLOBAL);
  using Program = void (*)(int, char**, bool);
  const auto run =
      commands == nullptr ? nullptr : reinterpret_cast<Program>(dlsym(commands, commands_function));
  if (run == nullptr) {
    std::fprintf(stderr, "error: [cli] expected %s beside the program or in ../lib but got: %s\n",
                 commands_library, dlerror());
    return failed;
  }
  run(argc, argv, waiting_is_ours);
  return failed;  // not reached
}
