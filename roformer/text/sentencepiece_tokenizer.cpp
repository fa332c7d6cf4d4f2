#include "roformer/text/subword_table.h"

#include <algorithm>
#include <map>

#include "roformer/base/file.h"
#include "roformer/text/added_token_matcher.h"
#include "roformer/text/sentencepiece_library.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

constexpr const char* kSource = "source.spm";
constexpr const char* kTarget = "target.spm";

using Model = std::shared_ptr<const SentencePieceModel>;

std::string with_spaces(std::string line) {
  constexpr std::string_view mark = "\xE2\x96\x81";  // U+2581
  for (std::size_t at = 0; (at = line.find(mark, at)) != line.npos;)
    line.replace(at, mark.size(), " ");
  return line;
}

// As Python's strip, lstrip or rstrip: white space of Unicode and the four separators of ASCII.
std::string strip(const std::string& line, bool left = true, bool right = true) {
  const auto is_blank = [](char32_t code) {
    return unicode::is_white_space(code) || (code >= 0x1C && code <= 0x1F);
  };
  const char *end = line.data() + line.size(), *first = nullptr, *last = nullptr;
  for (const char* p = line.data(); p < end;) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    if (first == nullptr && !is_blank(c.code)) first = p;
    p += c.size;
    if (!is_blank(c.code)) last = p;
  }
  if (first == nullptr) return {};
  return std::string(left ? first : line.data(), right ? last : end);
}

// Where the tokens stand, whatever is beside them.
std::vector<AddedToken> without_flags(std::vector<AddedToken> tokens) {
  for (AddedToken& token : tokens) token.single_word = token.lstrip = token.rstrip = false;
  return tokens;
}

// MarianTokenizer: special tokens are cut out of the text first; then each part may begin with a
// language code, and the rest is the model's.
class SentencePieceCoder final : public SubwordCoder {
 public:
  SentencePieceCoder(SubwordTable table, const Model& source, const Model& target)
      : SubwordCoder(std::move(table), "SentencePiece", "MarianTokenizer"),
        source_(side_of(source)),
        target_(source == target ? source_ : side_of(target)),
        matcher_(without_flags(added_tokens())) {
    for (const AddedToken& token : added_tokens()) added_.emplace(token.content, token);
  }

  std::uint64_t fingerprint() const override {
    return hash_with({source_.model->bytes(), target_.model->bytes()});
  }
  std::shared_ptr<const TokenCoder> lower_cased() const override {
    return std::make_shared<const SentencePieceCoder>(lower_cased_table(), source_.model,
                                                      target_.model);
  }
  void save(const std::filesystem::path& folder) const override {
    std::filesystem::create_directories(folder);
    base::write_file_atomically(folder / kSource, source_.model->bytes());
    base::write_file_atomically(folder / kTarget, target_.model->bytes());
    save_table(folder);
  }

 protected:
  void encode_line(std::string_view line, Side side,
                   std::vector<std::int32_t>& ids) const override {
    const ModelOfSide& own = side == Side::target ? target_ : source_;
    if (!matcher_.find(line, 0)) return encode_text(own, line, ids);
    for (const std::string& part : cut_at_added_tokens(line)) {
      if (part.empty()) continue;
      const auto token = added_.find(part);
      token == added_.end() ? encode_text(own, part, ids) : ids.push_back(token->second.id);
    }
  }

  // As transformers with skip_special_tokens: <unk> goes too.
  std::string join(const std::vector<std::string>& tokens) const override {
    std::vector<std::string> pieces;
    for (const auto& token : tokens) {
      if (facts().vocabulary.find(token) != unk()) pieces.push_back(token);
    }
    return strip(with_spaces(target_.model->decode(pieces)));
  }

 private:
  struct ModelOfSide {
    Model model;
    std::vector<std::int32_t> ids;  // of the table, by the model's
  };

  ModelOfSide side_of(const Model& model) const {
    ModelOfSide side{model, {}};
    for (int id = 0; id < model->size(); ++id) side.ids.push_back(id_of(model->piece(id)));
    return side;
  }

  // As transformers' PythonBackend: white space and whole words are settled between the parts, so
  // that a token within a word turns its left or right neighbour into text.
  std::vector<std::string> cut_at_added_tokens(std::string_view line) const {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (const auto found = matcher_.find(line, from)) {
      if (found->begin > from) parts.emplace_back(line.substr(from, found->begin - from));
      parts.emplace_back(line.substr(found->begin, found->end - found->begin));
      from = found->end;
    }
    if (from < line.size()) parts.emplace_back(line.substr(from));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (const auto token = added_.find(parts[i]); token != added_.end())
        apply_flags(token->second, i, parts);
    }
    return parts;
  }

  static void apply_flags(const AddedToken& token, std::size_t i, std::vector<std::string>& parts) {
    const std::string left = i > 0 ? parts[i - 1] : "";
    const std::string right = i + 1 < parts.size() ? parts[i + 1] : "";
    if (token.rstrip && !right.empty()) parts[i + 1] = strip(right, true, false);
    if (token.lstrip && !left.empty()) parts[i - 1] = strip(left, false, true);
    if (!token.single_word) return;
    if (!left.empty() && left.back() != ' ') {
      parts[i - 1] += parts[i];
      parts[i].clear();
    } else if (!right.empty() && right.front() != ' ') {
      parts[i + 1] = parts[i] + parts[i + 1];
      parts[i].clear();
    }
  }

  void encode_text(const ModelOfSide& side, std::string_view text,
                   std::vector<std::int32_t>& ids) const {
    if (const auto end = text.find("<<"); text.starts_with(">>") && end != text.npos) {
      ids.push_back(id_of(text.substr(0, end + 2)));
      text.remove_prefix(end + 2);
    }
    const auto own = side.model->encode_ids(text);
    // What the model does not know may still stand in the table, as a piece of the other side.
    if (std::any_of(own.begin(), own.end(), [&](int id) { return side.model->is_unknown(id); })) {
      for (const auto& piece : side.model->encode(text)) ids.push_back(id_of(piece));
      return;
    }
    for (const int id : own) ids.push_back(side.ids[static_cast<std::size_t>(id)]);
  }

  ModelOfSide source_, target_;
  AddedTokenMatcher matcher_;
  std::map<std::string, AddedToken, std::less<>> added_;  // by content
};

Model read_model(const std::filesystem::path& file) {
  return std::make_shared<const SentencePieceModel>(base::read_file(file), file.string());
}

Tokenizer load_sentencepiece(const TokenizerFolder& folder) {
  SubwordTable table = read_subword_table(folder);
  const Model source = read_model(folder.path(kSource));
  Model target = read_model(folder.path(kTarget));
  if (source->bytes() == target->bytes()) target = source;
  return Tokenizer(std::make_shared<const SentencePieceCoder>(std::move(table), source, target));
}

}  // namespace

Tokenizer sentencepiece_tokenizer(std::string model_bytes, SubwordSettings settings) {
  const auto model =
      std::make_shared<const SentencePieceModel>(std::move(model_bytes), "SentencePiece model");
  std::vector<std::string> pieces;
  for (int id = 0; id < model->size(); ++id) {
    if (model->is_text(id)) pieces.push_back(model->piece(id));
  }
  return Tokenizer(std::make_shared<const SentencePieceCoder>(
      number_tokens(pieces, "SentencePiece model", std::move(settings)), model, model));
}

namespace kinds {

TokenizerKind sentencepiece() {
  return {"source.spm, target.spm and vocab.json",
          {kSource, kTarget, kTokenTable},
          [](const TokenizerFolder& folder) {
            return folder.has(kSource) && folder.has(kTarget) && folder.has(kTokenTable);
          },
          load_sentencepiece};
}

}  // namespace kinds
}  // namespace roformer::text
