#include "roformer/labelled/choice_corpus.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/labelled/encode_texts.h"

namespace roformer::labelled {
namespace {

using data::Split;

Parts<ChoiceText> open_choices(const LabelledOptions& options) {
  const ChoiceColumns columns{.context = options.text,
                              .prefix = options.prefix,
                              .choices = options.choices,
                              .label = options.label};
  return parts_of_files<ChoiceText>(options, [&](const std::vector<std::filesystem::path>& files) {
    return read_choices(files, columns, table_options(options));
  });
}

std::vector<std::string> texts_of(const ChoiceText& text) {
  std::vector<std::string> texts;
  for (const ChoiceExample& example : text.examples) {
    texts.push_back(example.context);
    texts.insert(texts.end(), example.choices.begin(), example.choices.end());
  }
  return texts;
}

EncodedPart encode_choices(const ChoiceText& text, RowEncoder& rows) {
  EncodedPart part;
  for (const ChoiceExample& example : text.examples) {
    for (const std::string& choice : example.choices) rows.add(example.context, choice, part);
    part.end_example();
  }
  return part;
}

}  // namespace

ChoiceCorpus::ChoiceCorpus(const LabelledOptions& options) : EncodedCorpus(options, "questions") {
  base::require(options.use == LabelUse::choices,
                "[data] expected questions with choices but got another use");
  base::require(options.choices.size() >= 2,
                "[data] expected data.choices, at least two columns, but got {}",
                options.choices.size());
  const auto parts = open_choices(options);
  set_origin(parts.origin);
  find_tokenizer([&] { return texts_of(parts.of(Split::training)); });
  RowEncoder rows(tokenizer(), options);
  for (const Split split : all_parts) {
    set_part(split, encode_choices(parts.of(split), rows));
    for (const ChoiceExample& example : parts.of(split).examples)
      right_[static_cast<std::size_t>(split)].push_back(example.right);
  }
  warn_of_cut(rows);
}

std::string ChoiceCorpus::describe_labels(Split /*split*/) const {
  return fmt::format(", {} choices each", num_choices());
}

std::uint64_t ChoiceCorpus::hash_labels(Split split, std::uint64_t hash) const {
  return base::hash_values(std::span<const std::int64_t>(right(split)), hash);
}

}  // namespace roformer::labelled
