#include "roformer/generate/generator.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <span>

#include "roformer/base/error.h"

namespace roformer::generate {
namespace {

// The last new token is not looked at by any other: it needs no position.
void require_positions(const model::EncoderConfig& config, const std::vector<Prompt>& prompts,
                       std::int64_t max_new_tokens) {
  const auto limit = config.longest_sequence();
  if (!limit) return;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const std::int64_t length =
        std::ssize(prompts[i].ids) + std::max<std::int64_t>(0, max_new_tokens - 1);
    base::require(length <= *limit,
                  "[generate] expected prompt {} to leave room for the new tokens within the {} "
                  "positions of the model's table but got {} + {} tokens: ask for fewer new tokens "
                  "or give a shorter prompt",
                  i + 1, *limit, prompts[i].ids.size(), max_new_tokens);
  }
}

// A sequence under way.
struct Sequence {
  std::size_t prompt;
  std::vector<std::int64_t> ids;  // the prompt's and the new ones
};

class Generation {
 public:
  Generation(head::LanguageModelImpl& model, const std::vector<Prompt>& prompts,
             const GenerationOptions& options, const Listener& listener, torch::Device device)
      : prompts_(prompts), options_(options), listener_(listener), results_(prompts.size()) {
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      alive_.push_back({i, prompts[i].ids});
      if (i == 0 || prompts[i].ids != prompts[i - 1].ids) next_.push_back(prompts[i].ids);
      places_.push_back(std::ssize(next_) - 1);
    }
    decoder_.emplace(model, std::ssize(next_), device, options.view);
  }

  std::vector<Generated> run() {
    for (std::int64_t count = 0; count < options_.max_new_tokens && !alive_.empty(); ++count)
      step(static_cast<std::uint64_t>(count));
    for (const Sequence& sequence : alive_) finish(sequence);
    return std::move(results_);
  }

 private:
  // Prompts alike were read once, and go on as sequences of their own.
  torch::Tensor read_prompts() {
    const torch::Tensor logits = decoder_->advance(next_);
    if (next_.size() == places_.size()) return logits;
    decoder_->select(places_);
    return logits.index_select(0, torch::tensor(places_, torch::kInt64));
  }

  void step(std::uint64_t count) {
    const torch::Tensor logits = count == 0 ? read_prompts() : decoder_->advance(next_);
    std::vector<std::int64_t> stay;
    for (std::size_t b = 0; b < alive_.size(); ++b) {
      if (take(alive_[b], logits[static_cast<std::int64_t>(b)], count))
        stay.push_back(static_cast<std::int64_t>(b));
    }
    if (stay.size() < alive_.size()) leave(stay);
    next_.clear();
    for (const Sequence& sequence : alive_) next_.push_back({sequence.ids.back()});
  }

  // Whether the sequence goes on.
  bool take(Sequence& sequence, const torch::Tensor& row, std::uint64_t count) {
    const std::span<float> logits(row.data_ptr<float>(), static_cast<std::size_t>(row.size(0)));
    const Prompt& prompt = prompts_[sequence.prompt];
    if (options_.num_words > 0 && options_.num_words < row.size(0)) {
      const auto beyond = logits.subspan(static_cast<std::size_t>(options_.num_words));
      std::fill(beyond.begin(), beyond.end(), -std::numeric_limits<float>::infinity());
    }
    const auto below = logits.first(
        static_cast<std::size_t>(std::min<std::int64_t>(options_.first_word, row.size(0))));
    std::fill(below.begin(), below.end(), -std::numeric_limits<float>::infinity());
    const std::int64_t id =
        next_token(logits, sequence.ids, options_.sampling, prompt.seed, count, prompt.line);
    sequence.ids.push_back(id);
    Generated& result = results_[sequence.prompt];
    result.ids.push_back(id);
    const bool goes_on = !listener_.on_token || listener_.on_token(sequence.prompt, id);
    const auto& ends = options_.end_tokens;
    const bool ended = std::find(ends.begin(), ends.end(), id) != ends.end();
    if (ended) result.finish = Finish::end_token;
    if (!goes_on && !ended) result.finish = Finish::caller;
    if (!goes_on || ended) finish(sequence);
    return goes_on && !ended;
  }

  void finish(const Sequence& sequence) const {
    if (listener_.on_finish) listener_.on_finish(sequence.prompt);
  }

  void leave(const std::vector<std::int64_t>& stay) {
    std::vector<Sequence> alive;
    for (const std::int64_t b : stay)
      alive.push_back(std::move(alive_[static_cast<std::size_t>(b)]));
    alive_ = std::move(alive);
    if (!alive_.empty()) decoder_->select(stay);
  }

  const std::vector<Prompt>& prompts_;
  const GenerationOptions& options_;
  const Listener& listener_;
  std::optional<Decoder> decoder_;
  std::vector<std::int64_t> places_;  // of each prompt among those that are read
  std::vector<Generated> results_;
  std::vector<Sequence> alive_;
  std::vector<std::vector<std::int64_t>> next_;
};

}  // namespace

std::vector<Generated> generate(head::LanguageModelImpl& model, const std::vector<Prompt>& prompts,
                                const GenerationOptions& options, const Listener& listener,
                                torch::Device device) {
  validate(options.sampling);
  require_positions(model.config(), prompts, options.max_new_tokens);
  if (prompts.empty()) return {};
  return Generation(model, prompts, options, listener, device).run();
}

}  // namespace roformer::generate
