#include "roformer/labelled/labelled_corpus.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"

namespace roformer::labelled {
namespace {

using data::Split;

void require_use(const GlueTask& task, LabelUse use) {
  const char* wanted = task.is_regression ? "regression" : "classification";
  base::require(task.is_regression == (use == LabelUse::numbers),
                "[data] expected task.kind = \"{}\" for data.glue = \"{}\" but got another", wanted,
                task.name);
}

// Cut only where it has to be: a tokenizer that may not cut would refuse the others too.
bool encode_within(const Example& example, const text::Tokenizer& tokenizer,
                   std::int64_t max_length, text::Encoding& encoding) {
  const auto encode = [&](std::int64_t most) {
    encoding.clear();
    const text::EncodeOptions options{.max_length = most};
    if (example.text_pair) {
      tokenizer.encode_pair_into(example.text, *example.text_pair, options, encoding);
    } else {
      tokenizer.encode_into(example.text, options, encoding);
    }
  };
  encode(0);
  if (std::ssize(encoding.ids) <= max_length) return true;
  encode(max_length);
  return false;
}

}  // namespace

EncodedPart encode_texts(const LabelledText& text, const text::Tokenizer& tokenizer,
                         std::int64_t max_length, std::int64_t& cut) {
  EncodedPart part;
  text::Encoding encoding;
  for (const Example& example : text.examples) {
    cut += !encode_within(example, tokenizer, max_length, encoding);
    part.add_row(encoding);
    part.end_example();
  }
  return part;
}

std::vector<std::string> whole_texts(const LabelledText& text) {
  std::vector<std::string> texts;
  for (const Example& example : text.examples)
    texts.push_back(example.text_pair ? example.text + "\n" + *example.text_pair : example.text);
  return texts;
}

LabelledCorpus::LabelledCorpus(const LabelledOptions& options) : EncodedCorpus(options, "rows") {
  base::require(options.use == LabelUse::classes || options.use == LabelUse::numbers,
                "[data] expected rows with classes or numbers but got another use");
  if (!options.glue.empty()) glue_ = glue_task(options.glue);
  if (glue_) require_use(*glue_, options.use);
  const LabelledParts parts = open_labelled_parts(options);
  set_origin(parts.origin);
  if (has_classes()) find_classes(parts);
  find_tokenizer([&] { return whole_texts(parts.of(Split::training)); });
  std::int64_t cut = 0;
  for (const Split split : all_parts)
    set_part(split, encode_texts(parts.of(split), tokenizer(), options.max_length, cut));
  warn_of_cut(cut);
  read_labels(parts);
}

void LabelledCorpus::find_classes(const LabelledParts& parts) {
  if (glue_) {
    labels_ = LabelSet(glue_->labels);
    set_label_names(glue_->label_names);
    return;
  }
  labels_ = options().labels.empty() ? find_labels(parts.of(Split::training))
                                     : LabelSet(options().labels);
  set_label_names(labels_->names());
}

void LabelledCorpus::read_labels(const LabelledParts& parts) {
  for (const Split split : all_parts) {
    const auto at = static_cast<std::size_t>(split);
    if (has_classes()) {
      classes_[at] = label_numbers(parts.of(split), *labels_);
    } else {
      numbers_[at] = label_scores(parts.of(split));
    }
  }
  if (has_classes())
    require_every_class(count_labels(classes(Split::training), *labels_), *labels_,
                        parts.of(Split::validation));
}

std::string LabelledCorpus::describe_labels() const {
  if (!has_classes()) return {};
  return fmt::format(", labels {}",
                     describe_counts(count_labels(classes(Split::training), *labels_), *labels_));
}

std::uint64_t LabelledCorpus::hash_labels(Split split, std::uint64_t hash) const {
  hash = base::hash_values(std::span<const std::int64_t>(classes(split)), hash);
  return base::hash_values(std::span<const double>(numbers(split)), hash);
}

}  // namespace roformer::labelled
