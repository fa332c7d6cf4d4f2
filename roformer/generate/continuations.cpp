#include "roformer/generate/continuations.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/generate/logits_kernel.h"

namespace roformer::generate {
namespace {

using torch::Tensor;

// Fewer are not worth a second thread.
constexpr std::int64_t kNumbersOfThread = 1 << 16;
constexpr float kExcluded = -std::numeric_limits<float>::infinity();

// What a thread needs for its rows.
struct RowMemory {
  std::vector<float> mean, values, peaks;
  std::vector<std::int64_t> places;

  RowMemory(std::int64_t vocabulary, std::int64_t per_row, bool several)
      : mean(several ? static_cast<std::size_t>(vocabulary) : 0),
        values(static_cast<std::size_t>(per_row)),
        peaks(static_cast<std::size_t>(largest_scratch(vocabulary))),
        places(static_cast<std::size_t>(per_row)) {}
};

// One row of numbers that rise with the probability, and what makes log probabilities of them.
struct Row {
  std::span<float> numbers;
  double log_sum = 0;          // numbers are logits: log p = number − log_sum
  bool probabilities = false;  // numbers are probabilities

  double log_probability(float number) const {
    return probabilities ? std::log(static_cast<double>(number))
                         : static_cast<double>(number) - log_sum;
  }
};

template <base::Isa isa>
double log_sum_of(std::span<const float> logits) {
  const auto [shift, scale] = sum_exponentials<isa>(logits.data(), std::ssize(logits));
  return static_cast<double>(shift) + std::log(static_cast<double>(scale));
}

std::span<float> row_of(const Tensor& logits, std::int64_t row) {
  const std::int64_t size = logits.size(1);
  return {logits.data_ptr<float>() + row * size, static_cast<std::size_t>(size)};
}

template <base::Isa isa>
Row mean_row(std::span<const Tensor> logits, std::int64_t row, std::vector<float>& mean) {
  std::fill(mean.begin(), mean.end(), 0.0f);
  const float weight = 1 / static_cast<float>(logits.size());
  Row result{mean, 0, true};
  for (const Tensor& one : logits) {
    const auto numbers = row_of(one, row);
    const double log_sum = log_sum_of<isa>(numbers);
    if (!std::isfinite(log_sum)) result.log_sum = log_sum;
    add_probabilities<isa>(numbers.data(), std::ssize(numbers), static_cast<float>(log_sum), weight,
                           mean.data());
  }
  return result;
}

template <base::Isa isa>
std::vector<Continuation> continue_row(const Row& row, const Choice& choice,
                                       const ContinuationOptions& options, RowMemory& memory) {
  if (!std::isfinite(row.log_sum)) return {};
  const auto number = [&](std::int64_t token) -> float& {
    return row.numbers[static_cast<std::size_t>(token)];
  };
  if (choice.only) return {{*choice.only, row.log_probability(number(*choice.only))}};
  const double end = row.log_probability(number(options.end_token));
  for (const std::int64_t token : options.suppressed) number(token) = kExcluded;
  for (const std::int64_t token : choice.excluded) number(token) = kExcluded;
  const std::int64_t found =
      largest_logits<isa>(row.numbers.data(), std::ssize(row.numbers), options.per_row,
                          memory.values.data(), memory.places.data(), memory.peaks.data());
  std::vector<Continuation> continuations;
  for (std::size_t i = 0; i < static_cast<std::size_t>(found); ++i)
    continuations.push_back({memory.places[i], row.log_probability(memory.values[i])});
  if (continuations.empty()) continuations.push_back({options.end_token, end});
  return continuations;
}

}  // namespace

std::vector<std::vector<Continuation>> best_continuations(std::span<const Tensor> logits,
                                                          std::span<const Choice> choices,
                                                          const ContinuationOptions& options) {
  base::require(!logits.empty(), "[generate] expected the logits of a model but got none");
  const std::int64_t rows = logits.front().size(0), vocabulary = logits.front().size(1);
  base::require(std::ssize(choices) == rows,
                "[generate] expected a choice for each of {} rows but got {}", rows,
                choices.size());
  const bool several = logits.size() > 1;
  std::vector<std::vector<Continuation>> result(static_cast<std::size_t>(rows));
  base::with_isa([&](auto isa) {
    const std::int64_t rows_of_thread =
        kNumbersOfThread / std::max<std::int64_t>(1, vocabulary) + 1;
    at::parallel_for(0, rows, rows_of_thread, [&](std::int64_t begin, std::int64_t end) {
      RowMemory memory(vocabulary, options.per_row, several);
      for (std::int64_t r = begin; r < end; ++r) {
        const auto numbers = row_of(logits.front(), r);
        const Row row = several ? mean_row<isa()>(logits, r, memory.mean)
                                : Row{numbers, log_sum_of<isa()>(numbers), false};
        const auto place = static_cast<std::size_t>(r);
        result[place] = continue_row<isa()>(row, choices[place], options, memory);
      }
    });
  });
  return result;
}

}  // namespace roformer::generate
