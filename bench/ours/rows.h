// Our side of the benchmarks, one program: each file adds the subcommand of its name, which measures and prints JSON.
#pragma once
#include <torch/utils.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <vector>

namespace bench {

void add_classify(CLI::App& program);
void add_contrastive(CLI::App& program);
void add_encodings(CLI::App& program);
void add_fine_tuning(CLI::App& program);
void add_generate(CLI::App& program);
void add_linear(CLI::App& program);
void add_model(CLI::App& program);
void add_rope(CLI::App& program);
void add_segment(CLI::App& program);
void add_translation(CLI::App& program);
void add_wordpiece(CLI::App& program);

/// The number of threads that a command's option --threads sets, two by default.
inline void add_threads(CLI::App& command) {
  command
      .add_option_function<int>("--threads", [](int threads) { torch::set_num_threads(threads); })
      ->default_val(2)
      ->force_callback();
}

template <typename Work>
double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Seconds of each repetition, after one that warms up; `work` takes the repetition's number, 0 for that one.
template <typename Work>
std::vector<double> seconds_of_each(int repeats, const Work& work) {
  std::vector<double> all;
  for (int i = 0; i <= repeats; ++i) {
    const double taken = seconds([&] { work(i); });
    if (i > 0) all.push_back(taken);
  }
  return all;
}

/// The best of `repeats`, after `warm_ups` that do not count.
template <typename Work>
double best_seconds(int repeats, const Work& work, int warm_ups = 1) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < warm_ups; ++i) work();
  for (int i = 0; i < repeats; ++i) best = std::min(best, seconds(work));
  return best;
}

}  // namespace bench
