#include "roformer/pipeline/similarity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/labelled/labelled_text.h"
#include "roformer/labelled/text_file.h"
#include "roformer/pipeline/embed_fingerprint.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/kept_vectors.h"

namespace roformer::pipeline {
namespace {

SimilarityFunction function_of(const std::optional<SimilarityFunction>& chosen,
                               const Embed& embed) {
  return chosen ? *chosen : similarity_of(embed.options().similarity);
}

double gold_number(std::string_view field, std::int64_t line) {
  double number = 0;
  const char* const end = field.data() + field.size();
  const auto [stopped, fault] = std::from_chars(field.data(), end, number);
  require_of_line(fault == std::errc() && stopped == end && std::isfinite(number),
                  "[pipeline] line {}: expected a number in the third field but got '{}'", line,
                  field);
  return number;
}

// Embed names lines; here they are those of a file.
torch::Tensor vectors_of(Embed& embed, const Lines& lines, const std::string& file) {
  torch::Tensor vectors;
  base::at_place(file, [&] { vectors = embed(lines); });
  return vectors;
}

}  // namespace

SentencePair read_pair(std::string_view line, std::int64_t number, bool has_gold) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  const std::size_t wanted = has_gold ? 3 : 2;
  require_of_line(fields.size() == wanted,
                  "[pipeline] line {}: expected two texts{} with {} but got {} field{}", number,
                  has_gold ? " and a number" : "",
                  has_gold ? "tabs between them" : "a tab between them", fields.size(),
                  fields.size() == 1 ? "" : "s");
  return {fields[0], fields[1], has_gold ? gold_number(fields[2], number) : 0};
}

PairSimilarity::PairSimilarity(Embed embed, std::optional<SimilarityFunction> function)
    : embed_(std::move(embed)), function_(function_of(function, embed_)) {}

std::vector<float> PairSimilarity::operator()(const std::vector<SentencePair>& pairs,
                                              std::int64_t first) {
  std::vector<std::string> left, right;
  for (const SentencePair& pair : pairs) {
    left.emplace_back(pair.first);
    right.emplace_back(pair.second);
  }
  const torch::Tensor left_vectors = embed_({left, first}), right_vectors = embed_({right, first});
  const torch::Tensor found =
      pair_similarities(left_vectors, right_vectors, function_).contiguous();
  std::vector<float> scores(found.const_data_ptr<float>(),
                            found.const_data_ptr<float>() + found.numel());
  for (std::size_t i = 0; i < scores.size(); ++i)
    require_finite(scores[i], "a score", first + static_cast<std::int64_t>(i),
                   embed_.options().name);
  return scores;
}

Candidates read_candidates(const std::filesystem::path& file) {
  Candidates candidates{file.string(), {}, 0};
  const std::string text = labelled::read_text(file);
  labelled::TextLines lines(text);
  std::int64_t& blank = candidates.blank;
  std::int64_t first_blank = 0;
  for (std::string_view line; lines.next(line);) {
    candidates.texts.emplace_back(line);
    if (labelled::is_blank(line) && blank++ == 0) first_blank = lines.line();
  }
  base::require(std::ssize(candidates.texts) > blank,
                "[pipeline] {}: expected candidates, one a line, but got {}", candidates.name,
                blank == 0 ? "an empty file" : "blank lines alone in an empty file");
  if (blank > 0)
    spdlog::warn("{}: {} blank (the first: line {}) and no candidate{}", candidates.name,
                 blank == 1 ? "1 line is" : fmt::format("{} lines are", blank), first_blank,
                 blank == 1 ? "" : "s");
  return candidates;
}

SimilaritySearch::SimilaritySearch(Embed embed, Candidates candidates, const SearchOptions& options)
    : embed_(std::move(embed)), candidates_(std::move(candidates)) {
  std::unordered_map<std::string_view, std::size_t> known;
  std::vector<std::int64_t> rows;  // of the vectors, the first one of each distinct text
  for (std::size_t place = 0; place < candidates_.texts.size(); ++place) {
    const std::string& text = candidates_.texts[place];
    if (labelled::is_blank(text)) continue;
    const auto [entry, is_new] = known.try_emplace(text, places_.size());
    if (is_new) {
      places_.emplace_back();
      rows.push_back(std::ssize(searched_));
    }
    places_[entry->second].push_back(static_cast<std::int64_t>(place));
    searched_.push_back(static_cast<std::int64_t>(place));
  }
  base::require(!searched_.empty(), "[pipeline] {}: expected candidates but got none",
                candidates_.name);
  const SimilarityFunction function = function_of(options.function, embed_);
  const torch::Tensor vectors = vectors_of_candidates(options);
  best_.emplace(vectors.index_select(0, torch::tensor(rows, torch::kInt64)), function);
  embed_.forget_cut_lines();
  if (options.query_prompt) embed_.set_prompt(*options.query_prompt);
}

torch::Tensor SimilaritySearch::vectors_of_candidates(const SearchOptions& options) {
  if (options.kept.empty()) return computed_vectors(options);
  std::uint64_t key = embed_.fingerprint();
  for (const std::string& text : candidates_.texts) key = base::hash_bytes(text, key);
  key = base::hash_values(std::span<const std::int64_t>(searched_), key);
  std::string why;
  if (const auto kept = read_kept_vectors(options.kept, key, why)) {
    cut_ = kept->cut;
    first_cut_ = kept->first_cut;
    return kept->vectors;
  }
  const torch::Tensor vectors = computed_vectors(options);
  keep_vectors(options.kept, key, {vectors, cut_, first_cut_}, why);
  return vectors;
}

torch::Tensor SimilaritySearch::computed_vectors(const SearchOptions& options) {
  constexpr std::size_t lines_at_once = 2048;  // of like length many are computed together
  std::vector<torch::Tensor> parts;
  for (std::size_t first = 0; first < searched_.size(); first += lines_at_once) {
    std::vector<std::string> texts;
    std::vector<std::int64_t> numbers;
    for (std::size_t i = first; i < std::min(first + lines_at_once, searched_.size()); ++i) {
      texts.push_back(candidates_.texts[static_cast<std::size_t>(searched_[i])]);
      numbers.push_back(searched_[i] + 1);
    }
    parts.push_back(vectors_of(embed_, {texts, numbers.front(), numbers}, candidates_.name));
    if (options.on_candidates)
      options.on_candidates(static_cast<std::int64_t>(first + texts.size()));
  }
  cut_ = embed_.cut_lines();
  first_cut_ = embed_.first_cut_line();
  return torch::cat(parts);
}

std::vector<std::vector<Match>> SimilaritySearch::operator()(const Lines& lines,
                                                             std::int64_t count) {
  auto matches = (*best_)(embed_(lines), count);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    for (const Match& match : matches[i])
      require_finite(match.score, "a score", lines.number(i), embed_.options().name);
    matches[i] = with_all_lines(matches[i], count);
  }
  return matches;
}

// Those of the `count` best distinct texts have the `count` best lines among them: what comes behind
// them has the first line of each of them before it.
std::vector<Match> SimilaritySearch::with_all_lines(const std::vector<Match>& distinct,
                                                    std::int64_t count) const {
  std::vector<Match> matches;
  for (const Match& match : distinct) {
    for (const std::int64_t place : places_[static_cast<std::size_t>(match.index)])
      matches.push_back({place, match.score});
  }
  std::sort(matches.begin(), matches.end(), comes_before);
  if (std::ssize(matches) > count) matches.resize(static_cast<std::size_t>(count));
  return matches;
}

std::filesystem::path default_kept_vectors(const std::filesystem::path& candidates,
                                           const Embed& embed) {
  namespace fs = std::filesystem;
  std::uint64_t name = fingerprint_of(embed.options());
  for (const fs::path& path : {candidates, fs::path(embed.options().name)})
    name = base::hash_bytes(fs::weakly_canonical(path).native(), name);
  return base::default_cache_folder() / "vectors" / fmt::format("{:016x}.safetensors", name);
}

}  // namespace roformer::pipeline
