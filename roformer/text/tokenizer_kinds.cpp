#include "roformer/text/tokenizer_kinds.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/hub_name.h"
#include "roformer/text/tokenizer_json.h"

// One line a kind, whose own file defines the function of that name in namespace kinds.
#define ROFORMER_TOKENIZER_KINDS(KIND) \
  KIND(sentencepiece)                  \
  KIND(subword_nmt)                    \
  KIND(japanese_characters)            \
  KIND(roformer_words)                 \
  KIND(wordpiece)                      \
  KIND(bytes)

namespace roformer::text {

namespace fs = std::filesystem;
using nlohmann::json;

TokenizerFolder::TokenizerFolder(const fs::path& folder_or_file) {
  base::require(fs::exists(folder_or_file),
                "[text] expected a tokenizer at {} but there is nothing{}", folder_or_file.string(),
                base::hub_hint(folder_or_file));
  folder_ = folder_or_file;
  if (!fs::is_directory(folder_or_file)) {
    file_ = folder_or_file;
    folder_ = folder_or_file.parent_path();
  }
  const fs::path settings = settings_file();
  const bool there = fs::exists(settings);
  ordered_settings_ = std::make_shared<const nlohmann::ordered_json>(
      there ? read_ordered_json_file(settings) : nlohmann::ordered_json());
  settings_ = std::make_shared<const json>(*ordered_settings_);
}

std::string TokenizerFolder::tokenizer_class() const {
  const auto place = settings_->find("tokenizer_class");
  return place != settings_->end() && place->is_string() ? place->get<std::string>()
                                                         : std::string();
}

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

// What the kind that a folder has the most files of lacks, in words; of two such what is there.
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

Tokenizer load_or_train(const fs::path& folder, const std::function<Tokenizer()>& train) {
  try {
    if (fs::exists(folder)) return Tokenizer::load(folder);
  } catch (const Error& error) {
    spdlog::warn("{}; training the vocabulary again", error.what());
  }
  // Beside its place, then renamed: a folder of that name is whole. Read back, so that this run and
  // the next ones have the same tokenizer to the last switch (keys of caches hang on it).
  const fs::path partial = folder.string() + ".partial";
  fs::remove_all(partial);
  const Tokenizer trained = train();
  base::at_place("[text] in the cache (--set data.cache=DIR names another one)",
                 [&] { trained.save(partial); });
  fs::remove_all(folder);
  fs::rename(partial, folder);
  return Tokenizer::load(folder);
}

}  // namespace roformer::text
