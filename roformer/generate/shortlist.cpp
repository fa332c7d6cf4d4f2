#include "roformer/generate/shortlist.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "roformer/base/error.h"

namespace roformer::generate {
namespace {

constexpr const char* kNoWord = "NULL";

struct TableRow {
  std::string target, source;
  double probability = 0;
};

// "FILE:LINE".
std::string place_of(const std::filesystem::path& path, std::int64_t line) {
  return fmt::format("{}:{}", path.string(), line);
}

TableRow row_of(const std::string& text, const std::string& place) {
  std::istringstream fields(text);
  TableRow row;
  std::string rest;
  const bool three = static_cast<bool>(fields >> row.target >> row.source >> row.probability);
  base::require(three && !(fields >> rest) && row.probability >= 0 && row.probability <= 1,
                "[generate] {}: expected a target word, a source word and a probability of 0 to 1 "
                "but got '{}'",
                place, text);
  return row;
}

std::int64_t id_of(const std::string& word, const text::Vocabulary& vocabulary,
                   const std::string& place) {
  const auto id = vocabulary.find(word);
  base::require(id.has_value(),
                "[generate] {}: expected words of the model's vocabulary but got '{}': make the "
                "table with this model's tokenizer",
                place, word);
  return *id;
}

}  // namespace

Shortlist::Shortlist(const std::filesystem::path& path, const text::Vocabulary& vocabulary,
                     const ShortlistOptions& options)
    : first_(std::min<std::int64_t>(options.first, vocabulary.size())) {
  base::require(options.first >= 0 && options.best >= 0,
                "[generate] expected shortlist first and best of 0 or more but got {} and {}",
                options.first, options.best);
  std::ifstream file(path);
  base::require(file.is_open(), "[generate] expected a table of words at {} but cannot read it",
                path.string());
  std::unordered_map<std::int64_t, std::vector<std::pair<double, std::int64_t>>> found;
  std::string text;
  for (std::int64_t line = 1; std::getline(file, text); ++line) {
    const std::string place = place_of(path, line);
    const TableRow row = row_of(text, place);
    if (row.target == kNoWord || row.source == kNoWord) continue;
    found[id_of(row.source, vocabulary, place)].emplace_back(row.probability,
                                                             id_of(row.target, vocabulary, place));
  }
  for (auto& [source, targets] : found) {
    std::stable_sort(targets.begin(), targets.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    targets.resize(std::min(targets.size(), static_cast<std::size_t>(options.best)));
    for (const auto& [probability, target] : targets) targets_[source].push_back(target);
  }
}

std::vector<std::int64_t> Shortlist::words_of(const std::vector<std::int64_t>& source,
                                              const std::vector<std::int64_t>& more) const {
  std::vector<std::int64_t> words = source;
  words.insert(words.end(), more.begin(), more.end());
  for (std::int64_t word = 0; word < first_; ++word) words.push_back(word);
  for (const std::int64_t word : source) {
    const auto known = targets_.find(word);
    if (known != targets_.end())
      words.insert(words.end(), known->second.begin(), known->second.end());
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace roformer::generate
