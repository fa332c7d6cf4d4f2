#include "roformer/text/tokenizer_kinds.h"

#include <fmt/ranges.h>

#include <set>

#include "roformer/base/error.h"

// One line a kind, whose own file defines the function of that name in namespace kinds.
#define ROFORMER_TOKENIZER_KINDS(KIND) \
  KIND(sentencepiece)                  \
  KIND(subword_nmt)                    \
  KIND(japanese_characters)            \
  KIND(roformer_words)                 \
  KIND(wordpiece)                      \
  KIND(bytes)

namespace roformer::text {

#define DECLARE(kind) TokenizerKind kind();
namespace kinds {
ROFORMER_TOKENIZER_KINDS(DECLARE)
}
#undef DECLARE

const std::vector<TokenizerKind>& tokenizer_kinds() {
#define CALL(kind) kinds::kind(),
  static const std::vector<TokenizerKind> all = {ROFORMER_TOKENIZER_KINDS(CALL)};
#undef CALL
  return all;
}

namespace {

std::string described_kinds() {
  std::vector<std::string_view> descriptions;
  for (const TokenizerKind& kind : tokenizer_kinds()) {
    if (!kind.description.empty()) descriptions.push_back(kind.description);
  }
  return fmt::format("{}", fmt::join(descriptions, "; "));
}

// What the kind that a folder has the most files of lacks, in words; of two such kinds what is there.
std::string found_files(const TokenizerFolder& folder) {
  std::set<std::string_view> found;
  std::vector<std::string_view> missing;
  std::size_t most = 0;
  for (const TokenizerKind& kind : tokenizer_kinds()) {
    std::vector<std::string_view> lacks;
    for (const std::string_view file : kind.files)
      folder.has(file) ? void(found.insert(file)) : lacks.push_back(file);
    const std::size_t there = kind.files.size() - lacks.size();
    if (there >= most) missing = there > most ? lacks : std::vector<std::string_view>();
    most = std::max(most, there);
  }
  if (found.empty()) return "none of them";
  return missing.empty() ? fmt::format("{} alone", fmt::join(found, " and "))
                         : fmt::format("no {}", fmt::join(missing, " and no "));
}

}  // namespace

Tokenizer Tokenizer::load(const std::filesystem::path& folder_or_file) {
  const TokenizerFolder folder(folder_or_file);
  for (const TokenizerKind& kind : tokenizer_kinds()) {
    if (kind.is_in(folder)) return kind.load(folder);
  }
  base::fail("[text] {}: expected a tokenizer ({}) but found {}", folder.name(), described_kinds(),
             found_files(folder));
}

}  // namespace roformer::text
