// Our side of the RoPE benchmark: rotation of q and k in place in the packed buffer, and the floor
// under any such kernel, a plain loop that only scales the same floats in place on the same
// threads. Prints one JSON line of milliseconds, best of.
#include <ATen/Parallel.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "roformer/base/cpu_isa.h"
#include "roformer/rope/rotation.h"

namespace {

constexpr std::int64_t batch = 8, length = 512, heads = 12, head_size = 64;

template <typename Work>
double best_milliseconds(int repeats, const Work& work) {
  double best = 1e30;
  for (int i = 0; i <= repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    if (i > 0) best = std::min(best, taken.count());
  }
  return best;
}

// The plain loop at its best: vectorised, for the instruction set of this processor.
__attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3"))) void scale(
    float* values, std::int64_t count, float factor) {
  for (std::int64_t i = 0; i < count; ++i) values[i] *= factor;
}

// The queries and keys of each token are neighbours: 2 · heads · head_size floats of every 3 · heads · head_size.
void scale_in_place(float* buffer, std::int64_t tokens, float factor) {
  constexpr std::int64_t used = 2 * heads * head_size, stride = 3 * heads * head_size;
  at::parallel_for(0, tokens, 16, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t token = begin; token < end; ++token)
      scale(buffer + token * stride, used, factor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Times the rotation of q and k, B 8, T 512, H 12, D 64");
  int repeats = 30, threads = 2;
  program.add_option("--repeats", repeats);
  program.add_option("--threads", threads);
  CLI11_PARSE(program, argc, argv);
  torch::set_num_threads(threads);
  const torch::InferenceMode inference;
  auto buffer = torch::randn({batch * length, 3, heads, head_size});
  const auto angles = roformer::rope::angles(torch::arange(length).repeat({batch}), head_size);
  auto* const data = buffer.data_ptr<float>();
  double rotation = 1e30, scaling = 1e30;
  for (int round = 0; round < 3;
       ++round) {  // in turn, so that a slow moment of the machine meets both
    rotation = std::min(rotation, best_milliseconds(repeats, [&] {
                          roformer::rope::rotate_packed_(buffer, angles);
                        }));
    scaling = std::min(scaling, best_milliseconds(repeats, [&] {
                         scale_in_place(data, batch * length, 1.0000001f);
                       }));
  }
  fmt::print("{}\n", nlohmann::json{{"rotation_ms", rotation},
                                    {"scaling_ms", scaling},
                                    {"isa", roformer::base::isa_name(roformer::base::cpu_isa())}}
                         .dump());
}
