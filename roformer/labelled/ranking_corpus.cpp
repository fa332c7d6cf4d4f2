#include "roformer/labelled/ranking_corpus.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"

namespace roformer::labelled {
namespace {

using data::Split;

std::vector<std::string> query_texts(const QueryText& text) {
  std::vector<std::string> texts;
  for (const Query& query : text.queries) {
    texts.push_back(query.text);
    texts.insert(texts.end(), query.texts.begin(), query.texts.end());
  }
  return texts;
}

}  // namespace

RankingCorpus::RankingCorpus(const LabelledOptions& options) : EncodedCorpus(options, "queries") {
  base::require(options.use == LabelUse::ranking, "[data] expected rankings but got another use");
  const Parts<QueryText> parts = open_queries(options);
  set_origin(parts.origin);
  find_tokenizer([&] { return query_texts(parts.of(Split::training)); });
  RowEncoder rows(tokenizer(), options);
  for (const Split split : all_parts) encode(parts.of(split), split, rows);
  cut_rows_ = rows.cut();
  shared_ = shared_texts(parts.of(Split::test), parts.of(Split::training));
  if (level_ > 0)
    spdlog::warn("{} queries whose rows are all as good are left out: they have no order",
                 base::format_count(level_));
  if (twins_ > 0)
    spdlog::warn(
        "{} one text twice, as the better and as the worse (the first: {}): no model can tell the "
        "two apart, and a tie counts as wrong",
        twins_ == 1 ? "1 query has" : base::format_count(twins_) + " queries have", first_twins_);
  warn_of_cut(rows);
}

void RankingCorpus::encode(const QueryText& text, Split split, RowEncoder& rows) {
  const auto number = static_cast<std::size_t>(split);
  EncodedPart part;
  for (const Query& query : text.queries) {
    if (query.is_level()) {
      ++level_;
      continue;
    }
    if (query.has_twins() && twins_++ == 0) first_twins_ = text.place(query);
    for (std::size_t i = 0; i < query.texts.size(); ++i) {
      rows.add(query.text, query.texts[i], part);
      grades_[number].push_back(query.grades[i]);
    }
    part.end_example();
    queries_[number].push_back(base::hash_bytes(query.text));
  }
  rows_ += part.num_rows();
  set_part(split, std::move(part));
}

std::string RankingCorpus::describe_labels(Split split) const {
  const std::string rows = fmt::format(", {} rows", base::format_count(part(split).num_rows()));
  if (!learns() || shared_.distinct == 0) return rows;
  return fmt::format("{}, which have {} of the test part's {} texts", rows, shared_.shared,
                     shared_.distinct);
}

std::uint64_t RankingCorpus::hash_labels(Split split, std::uint64_t hash) const {
  return base::hash_values(std::span<const double>(grades(split)), hash);
}

}  // namespace roformer::labelled
