#include "roformer/text/vocabulary.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/text/utf8.h"

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

Vocabulary Vocabulary::load(const std::filesystem::path& file) {
  const std::string content = base::read_file(file);
  std::vector<std::string> tokens;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    std::string_view line(content.data() + begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    base::require(is_utf8(line), "[text] {}:{}: expected UTF-8", file.string(), tokens.size() + 1);
    tokens.emplace_back(line);
    begin = end + 1;
  }
  return Vocabulary(std::move(tokens), file.string());
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
