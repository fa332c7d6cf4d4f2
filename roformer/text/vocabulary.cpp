#include "roformer/text/vocabulary.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "roformer/base/byte_order_mark.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {

Vocabulary::Vocabulary(std::vector<std::string> tokens, std::string_view name)
    : tokens_(std::move(tokens)) {
  base::require(!tokens_.empty(), "[text] expected tokens in {} but it is empty", name);
  ids_.reserve(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const auto [place, fresh] = ids_.try_emplace(tokens_[i], static_cast<std::int32_t>(i));
    base::require(fresh,
                  "[text] {}: expected each token once, but '{}' stands in line {} and line {}",
                  name, tokens_[i], place->second + 1, i + 1);
  }
}

Vocabulary Vocabulary::with_gaps(std::vector<std::optional<std::string>> tokens,
                                 std::string_view name) {
  base::require(!tokens.empty(), "[text] expected tokens in {} but it is empty", name);
  Vocabulary vocabulary;
  vocabulary.tokens_.resize(tokens.size());
  vocabulary.ids_.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i]) continue;
    const auto [place, fresh] =
        vocabulary.ids_.try_emplace(*tokens[i], static_cast<std::int32_t>(i));
    if (!fresh) {
      vocabulary.tokens_[static_cast<std::size_t>(place->second)].clear();
      place->second = static_cast<std::int32_t>(i);
    }
    vocabulary.tokens_[i] = std::move(*tokens[i]);
  }
  return vocabulary;
}

Vocabulary Vocabulary::load(const std::filesystem::path& file) {
  const std::string content = base::read_file(file);
  if (content.starts_with(base::kByteOrderMark)) {
    spdlog::warn(
        "{}: begins with a byte order mark, which is part of its first token, as transformers "
        "reads it",
        file.string());
  }
  std::vector<std::optional<std::string>> tokens;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    const std::string_view line(content.data() + begin, end - begin);
    base::require(unicode::is_utf8(line), "[text] {}:{}: expected UTF-8", file.string(),
                  tokens.size() + 1);
    tokens.emplace_back(line.substr(0, line.size() - unicode::white_space_at_end(line)));
    begin = end + 1;
  }
  return with_gaps(std::move(tokens), file.string());
}

bool Vocabulary::fits_lines() const {
  return std::none_of(tokens_.begin(), tokens_.end(), [](const std::string& token) {
    return token.find('\n') != token.npos || unicode::white_space_at_end(token) > 0;
  });
}

void Vocabulary::save(const std::filesystem::path& file) const {
  std::string content;
  for (const std::string& token : tokens_) content.append(token).push_back('\n');
  base::write_file_atomically(file, content);
}

std::optional<std::int32_t> Vocabulary::find(std::string_view token) const {
  const auto place = ids_.find(token);
  if (place == ids_.end()) return std::nullopt;
  return place->second;
}

}  // namespace roformer::text
