// The program `roformer`: says how OpenMP's threads wait for each other and how LibTorch takes
// memory, then opens the library that holds the commands. Two steps, since libgomp reads its
// settings once, before main or any constructor of a program that is linked with it; and LibTorch,
// which takes 0.2 s to load, is left to the commands that need tensors.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace {

// Turns of a thread at a barrier before it sleeps, on a quiet machine; shared_machine.h is for
// others. libgomp's default, 300,000, is some milliseconds, which a short crowd pays; waking costs
// some 10 microseconds, so that few turns cost a small model a tenth. Figures: bench/RESULTS.md.
constexpr const char* spin_count = "10000";

constexpr int failed = 1;

// False where the user's environment says how, which goes first.
bool choose_waiting() {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr)
    return false;
  return setenv("GOMP_SPINCOUNT", spin_count, 0) == 0;
}

// LibTorch's memory of 2 MB and more in large pages, unless the environment says otherwise: a pass
// over all weights for one short sentence waits for the page tables, and takes a sixth less time so.
void choose_large_pages() {
  setenv("THP_MEM_ALLOC_ENABLE", "1", 0);
}

// The function of a library; where there is none, the program ends with a message.
template <typename Function>
Function* find(const char* library, const char* name) {
  void* const opened = dlopen(library, RTLD_LAZY | RTLD_GLOBAL);
  void* const found = opened == nullptr ? nullptr : dlsym(opened, name);
  if (found == nullptr) {
    std::fprintf(stderr, "error: [cli] expected %s beside the program or in ../lib but got: %s\n",
                 library, dlerror());
    std::exit(failed);
  }
  return reinterpret_cast<Function*>(found);
}

}  // namespace

int main(int argc, char** argv) {
  const bool waiting_is_ours = choose_waiting();
  choose_large_pages();
  // Comes back where the command is none of its own.
  find<void(int, char**)>("libroformer_plain_commands.so", "roformer_run_plain_command")(argc,
                                                                                         argv);
  find<void(int, char**, bool)>("libroformer_commands.so", "roformer_run_program")(argc, argv,
                                                                                   waiting_is_ours);
  return failed;  // not reached
}
