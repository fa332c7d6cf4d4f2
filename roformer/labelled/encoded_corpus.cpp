#include "roformer/labelled/encoded_corpus.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/base/random.h"
#include "roformer/labelled/encode_texts.h"
#include "roformer/labelled/words.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/vocabulary/train_wordpiece.h"

namespace roformer::labelled {
namespace {

using data::Split;

text::Tokenizer train_tokenizer(const LabelledOptions& options,
                                const std::vector<std::string>& texts) {
  spdlog::info("training a vocabulary of {} tokens", options.vocab_size);
  vocabulary::WordPieceTrainerOptions trainer;
  trainer.vocabulary_size = static_cast<std::int32_t>(options.vocab_size);
  trainer.normalizer.lowercase = options.lower_case;
  std::size_t row = 0;
  const auto next_text = [&](std::string& text) {
    if (row == texts.size()) return false;
    text = texts[row++];
    return true;
  };
  return text::wordpiece_tokenizer(vocabulary::train_wordpiece(next_text, trainer),
                                   {.normalizer = trainer.normalizer});
}

// Other names are fine, but none of the model's may stand in another's place.
void require_order_of_model(const LabelSet& asked, const LabelSet& model) {
  bool fits = asked.size() == model.size();
  for (std::int64_t number = 0; fits && number < asked.size(); ++number)
    fits = model.find(asked.names()[static_cast<std::size_t>(number)]).value_or(number) == number;
  base::require(fits,
                "[labelled] expected data.labels to be what the files have for the model's labels, "
                "{}, in their order but got {}",
                in_brief(model.names()), in_brief(asked.names()));
}

}  // namespace

void EncodedCorpus::find_tokenizer(
    const std::function<std::vector<std::string>()>& training_texts) {
  if (!options_.vocabulary.empty()) {
    tokenizer_ = text::Tokenizer::load(options_.vocabulary);
    return;
  }
  const std::vector<std::string> texts = training_texts();
  std::uint64_t key =
      base::hash_bytes(fmt::format("labelled {} {}", options_.vocab_size, options_.lower_case));
  for (const std::string& text : texts) key = base::hash_bytes(text, key);
  const auto folder = options_.cache / fmt::format("vocabulary-{:016x}", key);
  tokenizer_ = text::load_or_train(folder, [&] { return train_tokenizer(options_, texts); });
}

LabelSet EncodedCorpus::choose_labels(const std::function<LabelSet()>& find) {
  if (learns()) {
    LabelSet labels = options_.labels.empty() ? find() : LabelSet(options_.labels);
    set_label_names(labels.names());
    return labels;
  }
  LabelSet labels(*options_.model_labels);
  set_label_names(labels.names());
  if (options_.labels.empty()) return labels;
  LabelSet asked(options_.labels);
  require_order_of_model(asked, labels);
  return asked;
}

void EncodedCorpus::warn_of_cut(const RowEncoder& rows) {
  if (rows.cut() == 0) return;
  constexpr double percent = 100;
  spdlog::warn("{} of {} rows ({:.1f} %) are longer than data.max_length, {} tokens, and cut there",
               base::format_count(rows.cut()), base::format_count(rows.rows()),
               percent * static_cast<double>(rows.cut()) / static_cast<double>(rows.rows()),
               rows.max_length());
}

std::string EncodedCorpus::summary() const {
  const auto count = [&](Split split) { return base::format_count(part(split).num_examples()); };
  if (!learns())
    return fmt::format("{}{} {}{} ({})", title(), count(Split::test), unit_,
                       describe_labels(Split::test), origin_);
  return fmt::format("{}{} to learn from{}, {} for validation, {} for test ({})", title(), epoch(),
                     describe_labels(Split::training), count(Split::validation), count(Split::test),
                     origin_);
}

std::string EncodedCorpus::epoch() const {
  return fmt::format("{} {}", base::format_count(part(Split::training).num_examples()), unit_);
}

std::string EncodedCorpus::fingerprint() const {
  std::uint64_t sum = tokenizer_->fingerprint();
  for (const Split split : all_parts) {
    const EncodedPart& rows = part(split);
    sum = base::derive(sum, static_cast<std::uint64_t>(split));
    for (std::int64_t row = 0; row < rows.num_rows(); ++row) {
      sum = base::hash_values(rows.ids(row), sum);
      sum = base::hash_values(rows.type_ids(row), sum);
    }
    sum = hash_labels(split, sum);
  }
  for (const std::string& name : label_names_) sum = base::hash_bytes(name, sum);
  return fmt::format("{:016x}", sum);
}

}  // namespace roformer::labelled
