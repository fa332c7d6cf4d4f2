#include "roformer/labelled/labelled_corpus.h"

#include <fmt/format.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/labelled/chinese_pairs.h"
#include "roformer/labelled/encode_texts.h"

namespace roformer::labelled {
namespace {

using data::Split;

// `key` names a set whose labels are numbers, or classes.
void require_use(const char* key, const std::string& name, bool is_regression, LabelUse use) {
  const char* wanted = is_regression ? "regression" : "classification";
  base::require(is_regression == (use == LabelUse::numbers),
                "[data] expected task.kind = \"{}\" for {} = \"{}\" but got another", wanted, key,
                name);
}

EncodedPart encode(const LabelledText& text, RowEncoder& rows) {
  EncodedPart part;
  for (const Example& example : text.examples) {
    rows.add(example.text, example.text_pair, part);
    part.end_example();
  }
  return part;
}

}  // namespace

LabelledCorpus::LabelledCorpus(const LabelledOptions& options) : EncodedCorpus(options, "rows") {
  base::require(options.use == LabelUse::classes || options.use == LabelUse::numbers,
                "[data] expected rows with classes or numbers but got another use");
  if (!options.glue.empty()) glue_ = glue_task(options.glue);
  if (glue_) require_use("data.glue", glue_->name, glue_->is_regression, options.use);
  if (!options.pairs.empty())
    require_use("data.pairs", options.pairs, chinese_pairs(options.pairs).is_regression,
                options.use);
  const LabelledParts parts = open_labelled_parts(options);
  set_origin(parts.origin);
  if (has_classes()) find_classes(parts);
  find_tokenizer([&] { return whole_texts(parts.of(Split::training)); });
  RowEncoder rows(tokenizer(), options);
  for (const Split split : all_parts) set_part(split, encode(parts.of(split), rows));
  warn_of_cut(rows);
  read_labels(parts);
}

void LabelledCorpus::find_classes(const LabelledParts& parts) {
  if (glue_) {
    labels_ = LabelSet(glue_->labels);
    set_label_names(glue_->label_names);
    return;
  }
  labels_ = choose_labels([&] { return find_labels(parts.of(Split::training)); });
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
  if (!has_classes()) return;
  if (learns()) require_every_class(training_counts(), *labels_, parts.of(Split::validation));
  warn_of_one_class();
}

void LabelledCorpus::warn_of_one_class() const {
  for (const Split split : {Split::validation, Split::test}) {
    const auto counts = count_labels(classes(split), *labels_);
    const auto seen = std::count_if(counts.begin(), counts.end(), [](auto n) { return n > 0; });
    if (seen == 1)
      spdlog::warn("{} has rows of one class alone ({}): its figures tell little",
                   data::split_name(split), describe_counts(counts, *labels_));
  }
}

std::string LabelledCorpus::describe_labels(Split split) const {
  if (!has_classes()) return {};
  return fmt::format(", labels {}",
                     describe_counts(count_labels(classes(split), *labels_), *labels_));
}

std::uint64_t LabelledCorpus::hash_labels(Split split, std::uint64_t hash) const {
  hash = base::hash_values(std::span<const std::int64_t>(classes(split)), hash);
  return base::hash_values(std::span<const double>(numbers(split)), hash);
}

}  // namespace roformer::labelled
