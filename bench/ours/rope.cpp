// Our side of the RoPE benchmark: rotation of q and k in place in the packed buffer, and the floor
// under any such kernel, a plain loop that only scales the same floats in place on the same
// threads. Prints one JSON line of milliseconds, best of.
#include <ATen/Parallel.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/rope/rotation.h"

namespace {

constexpr std::int64_t batch = 8, length = 512, heads = 12, head_size = 64;

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

void measure(int repeats) {
  const torch::InferenceMode inference;
  auto buffer = torch::randn({batch * length, 3, heads, head_size});
  const auto angles = roformer::rope::angles(torch::arange(length).repeat({batch}), head_size);
  auto* const data = buffer.data_ptr<float>();
  double rotation = 1e30, scaling = 1e30;  // seconds
  // In turn, so that a slow moment of the machine meets both.
  for (int round = 0; round < 3; ++round) {
    rotation = std::min(rotation, bench::best_seconds(repeats, [&] {
                          roformer::rope::rotate_packed_(buffer, angles);
                        }));
    scaling = std::min(scaling, bench::best_seconds(repeats, [&] {
                         scale_in_place(data, batch * length, 1.0000001f);
                       }));
  }
  fmt::print("{}\n", nlohmann::json{{"rotation_ms", 1e3 * rotation},
                                    {"scaling_ms", 1e3 * scaling},
                                    {"isa", roformer::base::isa_name(roformer::base::cpu_isa())}}
                         .dump());
}

}  // namespace

void bench::add_rope(CLI::App& program) {
  const auto repeats = std::make_shared<int>(30);
  CLI::App* const command =
      program.add_subcommand("rope", "rotation of q and k, B 8, T 512, H 12, D 64");
  command->add_option("--repeats", *repeats);
  add_threads(*command);
  command->callback([repeats] { measure(*repeats); });
}
