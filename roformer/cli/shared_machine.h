// How OpenMP's threads wait for each other where other processes want the processors too.
#pragma once
#include <cstdint>
#include <string>
#include <thread>

namespace roformer::cli {

/// Whether our threads are short of processors, told from how much of the time they had none.
class Crowding {
 public:
  /// `share`: seconds that threads were ready and waited for a processor, all added, a second. A
  /// short quiet does not end a crowd, whose processes sleep now and then.
  bool update(double share);

 private:
  bool crowded_ = false;
  int calm_ = 0;
};

/// Nanoseconds that threads were ready and had no processor: the sum over FOLDER/*/schedstat, which
/// is /proc/self/task for this process; 0 where the kernel does not say.
std::uint64_t nanoseconds_without_processor(const std::string& folder = "/proc/self/task");

/// While this thread runs, threads at a barrier spin as long as the environment says on a quiet
/// machine, and sleep at once on a crowded one: a thread that spins there burns the time that
/// another of ours needs to arrive. libgomp spins little when it manages more threads than there
/// are processors (GOMP_SPINCOUNT in its manual), so that a crowd is answered by a team of idle
/// threads. Where there is no thread to be had, nothing is changed.
std::jthread share_machine();

}  // namespace roformer::cli
