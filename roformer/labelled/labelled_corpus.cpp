#include "roformer/labelled/labelled_corpus.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/base/random.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "roformer/vocabulary/train_wordpiece.h"

namespace roformer::labelled {
namespace {

using data::Split;

constexpr Split kParts[] = {Split::training, Split::validation, Split::test};

text::Tokenizer train_tokenizer(const LabelledOptions& options, const LabelledText& training) {
  spdlog::info("training a vocabulary of {} tokens", options.vocab_size);
  vocabulary::WordPieceTrainerOptions trainer;
  trainer.vocabulary_size = static_cast<std::int32_t>(options.vocab_size);
  trainer.normalizer.lowercase = options.lower_case;
  std::size_t row = 0;
  const auto next_row = [&](std::string& text) {
    if (row == training.examples.size()) return false;
    const Example& example = training.examples[row++];
    text = example.text;
    if (example.text_pair) text += "\n" + *example.text_pair;
    return true;
  };
  return text::wordpiece_tokenizer(vocabulary::train_wordpiece(next_row, trainer),
                                   {.normalizer = trainer.normalizer});
}

// The given vocabulary, or one trained on the training rows and kept in the cache.
text::Tokenizer find_tokenizer(const LabelledOptions& options, const LabelledText& training) {
  if (!options.vocabulary.empty()) return text::Tokenizer::load(options.vocabulary);
  std::uint64_t key =
      base::hash_bytes(fmt::format("labelled {} {}", options.vocab_size, options.lower_case));
  for (const Example& example : training.examples)
    key = base::hash_bytes(example.text_pair.value_or(""), base::hash_bytes(example.text, key));
  const auto folder = options.cache / fmt::format("vocabulary-{:016x}", key);
  return text::load_or_train(folder, [&] { return train_tokenizer(options, training); });
}

void require_kind(const GlueTask& task, LabelKind kind) {
  const char* wanted = task.is_regression ? "regression" : "classification";
  base::require(task.is_regression == (kind == LabelKind::numbers),
                "[data] expected task.kind = \"{}\" for data.glue = \"{}\" but got another", wanted,
                task.name);
}

}  // namespace

void EncodedPart::add(const text::Encoding& encoding) {
  ids_.insert(ids_.end(), encoding.ids.begin(), encoding.ids.end());
  type_ids_.insert(type_ids_.end(), encoding.type_ids.begin(), encoding.type_ids.end());
  begins_.push_back(ids_.size());
}

std::span<const std::int32_t> EncodedPart::of(const std::vector<std::int32_t>& values,
                                              std::int64_t row) const {
  const auto at = static_cast<std::size_t>(row);
  return std::span(values).subspan(begins_[at], begins_[at + 1] - begins_[at]);
}

LabelledCorpus::LabelledCorpus(const LabelledOptions& options, LabelKind kind)
    : options_(options), kind_(kind) {
  if (!options_.glue.empty()) glue_ = glue_task(options_.glue);
  if (glue_) require_kind(*glue_, kind_);
  const LabelledParts parts = open_labelled_parts(options_);
  origin_ = parts.origin;
  if (kind_ == LabelKind::classes) find_classes(parts);
  tokenizer_ = find_tokenizer(options_, parts.of(Split::training));
  std::int64_t cut = 0;
  for (const Split split : kParts) {
    auto& part = parts_[static_cast<std::size_t>(split)];
    part = encode(parts.of(split));
    cut += part.cut;
  }
  if (cut > 0)
    spdlog::warn("{} rows are longer than data.max_length, {} tokens, and cut there",
                 base::format_count(cut), options_.max_length);
  if (kind_ != LabelKind::classes) return;
  const auto counts = count_labels(part(Split::training).classes, *labels_);
  require_every_class(counts, *labels_, parts.of(Split::validation));
}

void LabelledCorpus::find_classes(const LabelledParts& parts) {
  if (glue_) {
    labels_ = LabelSet(glue_->labels);
    label_names_ = glue_->label_names;
    return;
  }
  labels_ =
      options_.labels.empty() ? find_labels(parts.of(Split::training)) : LabelSet(options_.labels);
  label_names_ = labels_->names();
}

EncodedPart LabelledCorpus::encode(const LabelledText& text) const {
  EncodedPart part;
  text::Encoding encoding;
  const auto encode_row = [&](const Example& example, std::int64_t most) {
    encoding.clear();
    const text::EncodeOptions options{.max_length = most};
    if (example.text_pair) {
      tokenizer_->encode_pair_into(example.text, *example.text_pair, options, encoding);
    } else {
      tokenizer_->encode_into(example.text, options, encoding);
    }
  };
  for (const Example& example : text.examples) {
    encode_row(example, 0);
    if (std::ssize(encoding.ids) > options_.max_length) {
      encode_row(example, options_.max_length);
      ++part.cut;
    }
    part.add(encoding);
  }
  if (kind_ == LabelKind::classes) {
    part.classes = label_numbers(text, *labels_);
  } else {
    part.numbers = label_scores(text);
  }
  return part;
}

std::string LabelledCorpus::summary() const {
  std::string labels;
  if (kind_ == LabelKind::classes)
    labels = fmt::format(
        ", labels {}",
        describe_counts(count_labels(part(Split::training).classes, *labels_), *labels_));
  return fmt::format("{}{} rows to learn from{}, {} for validation, {} for test ({})",
                     glue_ ? glue_->name + ": " : "",
                     base::format_count(part(Split::training).size()), labels,
                     base::format_count(part(Split::validation).size()),
                     base::format_count(part(Split::test).size()), origin_);
}

std::string LabelledCorpus::fingerprint() const {
  std::uint64_t sum = tokenizer_->fingerprint();
  for (const Split split : kParts) {
    const EncodedPart& rows = part(split);
    sum = base::derive(sum, static_cast<std::uint64_t>(split));
    for (std::int64_t row = 0; row < rows.size(); ++row) {
      sum = base::hash_values(rows.ids(row), sum);
      sum = base::hash_values(rows.type_ids(row), sum);
    }
    sum = base::hash_values(std::span<const std::int64_t>(rows.classes), sum);
    sum = base::hash_values(std::span<const double>(rows.numbers), sum);
  }
  for (const std::string& name : label_names_) sum = base::hash_bytes(name, sum);
  return fmt::format("{:016x}", sum);
}

}  // namespace roformer::labelled
