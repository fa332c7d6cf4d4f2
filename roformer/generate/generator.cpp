#include "roformer/generate/generator.h"

#include <algorithm>
#include <limits>
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

// Places that are left empty until a quarter of them are: prompts are read faster together.
std::size_t most_empty(std::size_t at_once) {
  return std::max<std::size_t>(1, at_once / 4);
}

class Generation {
 public:
  Generation(head::LanguageModelImpl& model, const std::vector<Prompt>& prompts,
             const GenerationOptions& options, const Listener& listener, torch::Device device)
      : prompts_(prompts),
        options_(options),
        listener_(listener),
        at_once_(options.at_once > 0 ? static_cast<std::size_t>(options.at_once) : prompts.size()),
        results_(prompts.size()),
        decoder_(model, 0, device, options.view) {}

  std::vector<Generated> run() {
    if (options_.max_new_tokens <= 0) {
      for (std::size_t prompt = 0; prompt < prompts_.size(); ++prompt) finish(prompt);
      return std::move(results_);
    }
    for (take_in_prompts(); !alive_.empty(); take_in_prompts()) step();
    return std::move(results_);
  }

 private:
  // The next prompts where enough places are empty.
  void take_in_prompts() {
    const std::size_t empty = at_once_ - std::min(at_once_, alive_.size());
    if (empty < most_empty(at_once_) && !alive_.empty()) return;
    const std::size_t end = std::min(prompts_.size(), waiting_ + empty), first = waiting_;
    std::int64_t added = 0;
    for (; waiting_ < end; ++waiting_) {
      const Prompt& prompt = prompts_[waiting_];
      alive_.push_back({waiting_, prompt.ids});
      if (waiting_ == first || prompt.ids != prompts_[waiting_ - 1].ids) {
        next_.push_back(prompt.ids);
        ++added;
      }
      places_.push_back(std::ssize(next_) - 1);
    }
    decoder_.add(added);
  }

  // Prompts alike were read once, and go on as sequences of their own.
  torch::Tensor advance() {
    const torch::Tensor logits = decoder_.advance(next_);
    if (next_.size() == places_.size()) return logits;
    decoder_.select(places_);
    return logits.index_select(0, torch::tensor(places_, torch::kInt64));
  }

  void step() {
    const torch::Tensor logits = advance();
    std::vector<std::int64_t> stay;
    for (std::size_t b = 0; b < alive_.size(); ++b) {
      if (take(alive_[b], logits[static_cast<std::int64_t>(b)]))
        stay.push_back(static_cast<std::int64_t>(b));
    }
    if (stay.size() < alive_.size()) leave(stay);
    next_.clear();
    places_.clear();
    for (const Sequence& sequence : alive_) {
      places_.push_back(std::ssize(next_));
      next_.push_back({sequence.ids.back()});
    }
  }

  // Whether the sequence goes on.
  bool take(Sequence& sequence, const torch::Tensor& row) {
    const std::span<float> logits(row.data_ptr<float>(), static_cast<std::size_t>(row.size(0)));
    const Prompt& prompt = prompts_[sequence.prompt];
    if (options_.num_words > 0 && options_.num_words < row.size(0)) {
      const auto beyond = logits.subspan(static_cast<std::size_t>(options_.num_words));
      std::fill(beyond.begin(), beyond.end(), -std::numeric_limits<float>::infinity());
    }
    const auto below = logits.first(
        static_cast<std::size_t>(std::min<std::int64_t>(options_.first_word, row.size(0))));
    std::fill(below.begin(), below.end(), -std::numeric_limits<float>::infinity());
    Generated& result = results_[sequence.prompt];
    const std::int64_t id = next_token(logits, sequence.ids, options_.sampling, prompt.seed,
                                       result.ids.size(), prompt.line);
    sequence.ids.push_back(id);
    result.ids.push_back(id);
    const bool goes_on = !listener_.on_token || listener_.on_token(sequence.prompt, id);
    const auto& ends = options_.end_tokens;
    const bool ended = std::find(ends.begin(), ends.end(), id) != ends.end();
    if (ended) result.finish = Finish::end_token;
    if (!goes_on && !ended) result.finish = Finish::caller;
    const bool full = std::ssize(result.ids) >= options_.max_new_tokens;
    if (goes_on && !ended && !full) return true;
    finish(sequence.prompt);
    return false;
  }

  void finish(std::size_t prompt) const {
    if (listener_.on_finish) listener_.on_finish(prompt);
  }

  void leave(const std::vector<std::int64_t>& stay) {
    std::vector<Sequence> alive;
    for (const std::int64_t b : stay)
      alive.push_back(std::move(alive_[static_cast<std::size_t>(b)]));
    alive_ = std::move(alive);
    decoder_.select(stay);
  }

  const std::vector<Prompt>& prompts_;
  const GenerationOptions& options_;
  const Listener& listener_;
  std::size_t at_once_, waiting_ = 0;  // prompts before have begun
  std::vector<Generated> results_;
  std::vector<Sequence> alive_;
  Decoder decoder_;
  std::vector<std::vector<std::int64_t>> next_;  // what each sequence of the decoder reads next
  std::vector<std::int64_t> places_;             // of each sequence alive in the decoder
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
