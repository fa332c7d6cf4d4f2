#include "roformer/pipeline/answer_span.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::pipeline {
namespace {

constexpr std::size_t kFirstToken = 0;  // [CLS]

void take_better_spans(const AnswerWindow& window, std::size_t number, std::size_t most,
                       std::optional<AnswerSpan>& best) {
  const auto [begin, end] = window.context;
  for (std::size_t first = begin; first < end; ++first) {
    const double logit = window.begin_logit(first);
    for (std::size_t last = first; last < std::min(end, first + most); ++last) {
      const double sum = logit + window.end_logit(last);
      if (!best || sum > best->logit) best = AnswerSpan{number, first, last, sum};
    }
  }
}

// Of `logit`(token) over [CLS] and the context.
template <typename Logit>
double softmax_at(std::size_t token, const AnswerWindow& window, const Logit& logit) {
  double sum = 0;
  const auto add = [&](std::size_t other) { sum += std::exp(logit(other) - logit(token)); };
  if (window.context.begin > kFirstToken) add(kFirstToken);
  for (std::size_t other = window.context.begin; other < window.context.end; ++other) add(other);
  return 1 / sum;
}

}  // namespace

AnswerSpan best_span(std::span<const AnswerWindow> windows, std::int64_t most) {
  base::require(most > 0, "[pipeline] expected answers of at least one token but got {}", most);
  std::optional<AnswerSpan> best;
  for (std::size_t number = 0; number < windows.size(); ++number)
    take_better_spans(windows[number], number, static_cast<std::size_t>(most), best);
  base::require(best.has_value(), "[pipeline] expected a token of context but got none");
  return *best;
}

AnswerSpan null_span(std::span<const AnswerWindow> windows) {
  base::require(!windows.empty(), "[pipeline] expected a window but got none");
  const auto null_of = [&](std::size_t number) {
    const AnswerWindow& window = windows[number];
    return AnswerSpan{number, kFirstToken, kFirstToken,
                      window.begin_logit(kFirstToken) + window.end_logit(kFirstToken)};
  };
  AnswerSpan least = null_of(0);
  for (std::size_t number = 1; number < windows.size(); ++number) {
    const AnswerSpan other = null_of(number);
    if (other.logit < least.logit) least = other;
  }
  return least;
}

std::optional<AnswerSpan> choose_span(std::span<const AnswerWindow> windows, std::int64_t most,
                                      bool may_be_none) {
  const AnswerSpan best = best_span(windows, most);
  if (may_be_none && null_span(windows).logit > best.logit) return std::nullopt;
  return best;
}

double probability_of(const AnswerSpan& span, std::span<const AnswerWindow> windows) {
  const AnswerWindow& window = windows[span.window];
  return softmax_at(span.first, window, [&](std::size_t at) { return window.begin_logit(at); }) *
         softmax_at(span.last, window, [&](std::size_t at) { return window.end_logit(at); });
}

}  // namespace roformer::pipeline
