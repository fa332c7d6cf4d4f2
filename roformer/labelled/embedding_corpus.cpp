#include "roformer/labelled/embedding_corpus.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/labelled/chinese_pairs.h"
#include "roformer/labelled/encode_texts.h"
#include "roformer/labelled/glue.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

using data::Split;
namespace fs = std::filesystem;

// What examples of a part consist of.
struct ExampleForm {
  bool pair = false, negative = false;
};

// Columns that the loss reads.
TextColumns columns_to_learn(const LabelledOptions& options) {
  const EmbeddingOptions& e = options.embedding;
  TextColumns columns{.text = options.text, .group = options.group};
  if (e.loss != "simcse") columns.text_pair = options.text_pair;
  if (e.loss == "in_batch") columns.negative = options.negative;
  if (e.learns_labels()) columns.label = options.label;
  return columns;
}

// Columns that figures are made of.
TextColumns columns_to_evaluate(const LabelledOptions& options) {
  TextColumns columns{.text = options.text,
                      .text_pair = options.text_pair,
                      .label = options.label,
                      .group = options.group};
  if (options.label.empty() && options.embedding.loss == "in_batch")
    columns.negative = options.negative;
  return columns;
}

TextColumns all_columns(const LabelledOptions& options) {
  TextColumns columns = columns_to_evaluate(options);
  columns.negative = columns_to_learn(options).negative;
  return columns;
}

bool cuts_training_rows(const LabelledOptions& options) {
  return options.validation_share > 0 || options.test_share > 0;
}

void require_columns(const LabelledOptions& options) {
  const EmbeddingOptions& e = options.embedding;
  const auto require_given = [&](const std::string& column, const char* key, const char* what) {
    base::require(!column.empty(),
                  "[data] expected {}, the column of {}, for task.loss = \"{}\" but got none", key,
                  what, e.loss);
  };
  if (e.loss != "simcse")
    require_given(options.text_pair, "data.text_pair", "what belongs to data.text");
  if (e.learns_labels()) require_given(options.label, "data.label", "how near a pair is");
  base::require(options.label.empty() || !options.text_pair.empty(),
                "[data] expected data.text_pair beside data.label, which says how near a pair is, "
                "but got none");
  base::require(options.negative.empty() || e.loss == "in_batch",
                "[data] expected data.negative only with task.loss = \"in_batch\" but got \"{}\"",
                e.loss);
}

// Of the tasks that are known STS-B alone says how near pairs are.
LabelledOptions with_known_columns(LabelledOptions options) {
  base::require(options.use == LabelUse::embeddings,
                "[data] expected texts to embed but got another use");
  if (!options.glue.empty()) {
    const GlueTask task = glue_task(options.glue);
    base::require(task.is_regression,
                  "[data] expected data.glue = \"STS-B\", whose labels say how near a pair is, for "
                  "task.kind = \"embedding\" but got \"{}\"; data.train takes its file as a table",
                  options.glue);
    options.text = task.columns.text;
    options.text_pair = task.columns.text_pair;
    options.label = task.columns.label;
  }
  if (!options.pairs.empty()) {  // of all sets: a number, or whether they mean the same
    const TextColumns columns = chinese_pairs(options.pairs).columns;
    options.text = columns.text;
    options.text_pair = columns.text_pair;
    options.label = columns.label;
  }
  require_columns(options);
  return options;
}

// Each text has a vector of its own: of none there would be that of [CLS] [SEP].
void require_texts(const LabelledText& text, const TextColumns& columns) {
  for (const Example& example : text.examples) {
    const auto check = [&](const std::optional<std::string>& one, const std::string& column) {
      base::require(column.empty() || !is_blank(one.value_or("")),
                    "[labelled] {}: expected a text under '{}' but got an empty one",
                    text.place(example), in_brief(column));
    };
    check(example.text, columns.text);
    check(example.text_pair, columns.text_pair);
    check(example.negative, columns.negative);
  }
}

EncodedPart encode_part(const LabelledText& text, const ExampleForm& form, RowEncoder& rows) {
  EncodedPart part;
  for (const Example& example : text.examples) {
    rows.add(example.text, std::nullopt, part);
    rows.add(form.pair ? example.text_pair.value_or("") : example.text, std::nullopt, part);
    if (form.negative) rows.add(example.negative.value_or(""), std::nullopt, part);
    part.end_example();
  }
  return part;
}

}  // namespace

EmbeddingCorpus::EmbeddingCorpus(const LabelledOptions& options)
    : EncodedCorpus(with_known_columns(options), "rows"),
      has_pairs_(!this->options().text_pair.empty()),
      has_labels_(!this->options().label.empty()) {
  const LabelledParts parts = open_parts();
  set_origin(parts.origin);
  find_tokenizer([&] { return whole_texts(parts.of(Split::training)); });
  RowEncoder rows(tokenizer(), options);
  for (const Split split : all_parts) {
    const TextColumns columns = split == Split::training ? columns_to_learn(this->options())
                                                         : columns_to_evaluate(this->options());
    require_texts(parts.of(split), columns);
    set_part(split, encode_part(parts.of(split),
                                {!columns.text_pair.empty(), !columns.negative.empty()}, rows));
  }
  warn_of_cut(rows);
  read_labels(parts);
}

LabelledParts EmbeddingCorpus::open_parts() const {
  const LabelledOptions& all = options();
  if (!all.glue.empty() || !all.pairs.empty()) return open_labelled_parts(all);
  return parts_of_files<LabelledText>(all, [&](const std::vector<fs::path>& files, Split part) {
    const bool learns_only = part == Split::training && !cuts_training_rows(all);
    const TextColumns columns = learns_only               ? columns_to_learn(all)
                                : part == Split::training ? all_columns(all)
                                                          : columns_to_evaluate(all);
    return read_labelled_text(files, columns, table_options(all));
  });
}

void EmbeddingCorpus::read_labels(const LabelledParts& parts) {
  const EmbeddingOptions& e = options().embedding;
  for (const Split split : all_parts) {
    if (!has_labels(split)) continue;
    const LabelledText& text = parts.of(split);
    auto& labels = labels_[static_cast<std::size_t>(split)];
    labels = label_scores(text);
    for (std::size_t i = 0; e.loss == "cosine" && i < labels.size(); ++i)
      base::require(labels[i] >= 0 && labels[i] <= e.largest_label,
                    "[labelled] {}: expected a label from 0 to task.largest_label, {}, but got {}",
                    text.place(text.examples[i]), e.largest_label, labels[i]);
  }
}

std::string EmbeddingCorpus::describe_labels(Split split) const {
  const char* texts = rows_of_example(split) > 2 ? "triplets" : "pairs";
  if (!has_pairs(split)) texts = "texts";
  return fmt::format(" of {}{}", texts, has_labels(split) ? " with labels" : "");
}

std::uint64_t EmbeddingCorpus::hash_labels(Split split, std::uint64_t hash) const {
  return base::hash_values(std::span<const double>(labels(split)), hash);
}

}  // namespace roformer::labelled
