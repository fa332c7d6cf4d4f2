#include "roformer/labelled/ranking_corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/labelled/encode_texts.h"
#include "roformer/labelled/label_set.h"

namespace roformer::labelled {
namespace {

using data::Split;

// Each query's rows, queries in the order in which they occur first.
std::vector<std::vector<std::size_t>> rows_by_query(const LabelledText& text) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  std::vector<std::vector<std::size_t>> queries;
  for (std::size_t row = 0; row < text.examples.size(); ++row) {
    const auto [entry, is_new] = numbers.try_emplace(text.examples[row].text, queries.size());
    if (is_new) queries.emplace_back();
    queries[entry->second].push_back(row);
  }
  return queries;
}

bool all_alike(const std::vector<std::size_t>& rows, const std::vector<double>& grades) {
  return std::all_of(rows.begin(), rows.end(),
                     [&](std::size_t row) { return grades[row] == grades[rows.front()]; });
}

LabelledOptions with_groups(LabelledOptions options) {
  base::require(options.use == LabelUse::ranking, "[data] expected rankings but got another use");
  base::require(!options.text_pair.empty(),
                "[data] expected data.text_pair, the column of what is ranked, but got none");
  options.group = options.text;
  return options;
}

}  // namespace

RankingCorpus::RankingCorpus(const LabelledOptions& options)
    : EncodedCorpus(with_groups(options), "queries") {
  const LabelledParts parts = open_labelled_parts(this->options());
  set_origin(parts.origin);
  find_tokenizer([&] { return whole_texts(parts.of(Split::training)); });
  RowEncoder rows(tokenizer(), options.max_length);
  std::int64_t left_out = 0;
  for (const Split split : all_parts) {
    const LabelledText& text = parts.of(split);
    const auto grades = label_scores(text);
    EncodedPart part;
    for (const auto& query : rows_by_query(text)) {
      if (all_alike(query, grades)) {
        ++left_out;
        continue;
      }
      for (const std::size_t row : query) {
        rows.add(text.examples[row].text, text.examples[row].text_pair, part);
        grades_[static_cast<std::size_t>(split)].push_back(grades[row]);
      }
      part.end_example();
    }
    set_part(split, std::move(part));
  }
  if (left_out > 0)
    spdlog::warn("{} queries whose rows are all as good are left out: they have no order",
                 base::format_count(left_out));
  warn_of_cut(rows.cut());
}

std::string RankingCorpus::describe_labels(Split split) const {
  return fmt::format(", {} rows", base::format_count(part(split).num_rows()));
}

std::uint64_t RankingCorpus::hash_labels(Split split, std::uint64_t hash) const {
  return base::hash_values(std::span<const double>(grades(split)), hash);
}

}  // namespace roformer::labelled
