#include "roformer/text/subword_coder.h"

#include <algorithm>

#include "roformer/text/subword_nmt.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

// MarianTokenizer: special tokens are cut out of the text first; then each part may begin with a
// language code, and the rest is the model's.
class SentencePieceCoder final : public SubwordCoder {
 public:
  SentencePieceCoder(std::shared_ptr<const SentencePieceModel> model, const Vocabulary& vocabulary,
                     const SubwordIds& ids)
      : model_(std::move(model)), vocabulary_(vocabulary), ids_(ids) {
    for (int id = 0; id < model_->size(); ++id) table_.push_back(id_of(model_->piece(id)));
  }

  void encode(std::string_view line, std::vector<std::int64_t>& ids) const override {
    while (!line.empty()) {
      const Found found = first_special(line);
      encode_text(line.substr(0, found.begin), ids);
      if (found.begin < line.size()) ids.push_back(found.id);
      line.remove_prefix(std::min(found.begin + found.size, line.size()));
    }
  }

  // As transformers with skip_special_tokens: <unk> goes too.
  std::string decode(const std::vector<std::string>& tokens) const override {
    std::vector<std::string> pieces;
    for (const auto& token : tokens) {
      if (vocabulary_.find(token) != ids_.unk) pieces.push_back(token);
    }
    return strip(with_spaces(model_->decode(pieces)));
  }

 private:
  struct Found {
    std::size_t begin, size;
    std::int32_t id;
  };

  std::int64_t id_of(std::string_view piece) const {
    return vocabulary_.find(piece).value_or(ids_.unk);
  }

  Found first_special(std::string_view line) const {
    Found first{line.size(), 0, 0};
    if (line.find('<') == line.npos) return first;
    for (const std::int32_t id : {ids_.end, ids_.unk, ids_.pad}) {
      const std::string& token = vocabulary_.token(id);
      const auto place = line.find(token);
      if (place < first.begin) first = {place, token.size(), id};
    }
    return first;
  }

  void encode_text(std::string_view text, std::vector<std::int64_t>& ids) const {
    if (const auto end = text.find("<<"); text.starts_with(">>") && end != text.npos) {
      ids.push_back(id_of(text.substr(0, end + 2)));
      text.remove_prefix(end + 2);
    }
    const auto own = model_->encode_ids(text);
    // What the model does not know may still stand in the table, as a piece of the other side.
    if (std::any_of(own.begin(), own.end(), [&](int id) { return model_->is_unknown(id); })) {
      for (const auto& piece : model_->encode(text)) ids.push_back(id_of(piece));
      return;
    }
    for (const int id : own) ids.push_back(table_[static_cast<std::size_t>(id)]);
  }

  static std::string with_spaces(std::string line) {
    constexpr std::string_view mark = "\xE2\x96\x81";  // U+2581
    for (std::size_t at = 0; (at = line.find(mark, at)) != line.npos;)
      line.replace(at, mark.size(), " ");
    return line;
  }

  // As Python's strip: white space of Unicode and the four separators of ASCII.
  static std::string strip(const std::string& line) {
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
    return first == nullptr ? std::string() : std::string(first, last);
  }

  std::shared_ptr<const SentencePieceModel> model_;
  const Vocabulary& vocabulary_;
  SubwordIds ids_;
  std::vector<std::int64_t> table_;  // from the model's ids
};

std::shared_ptr<const UnitSet> units_of(const Vocabulary& vocabulary) {
  return std::make_shared<const UnitSet>(vocabulary.tokens().begin(), vocabulary.tokens().end());
}

class SubwordNmtCoder final : public SubwordCoder {
 public:
  SubwordNmtCoder(std::string_view codes, std::string_view name, const Vocabulary& vocabulary,
                  const SubwordIds& ids)
      : merges_(codes, name, {.allowed = units_of(vocabulary)}),
        vocabulary_(vocabulary),
        unk_(ids.unk) {}

  void encode(std::string_view line, std::vector<std::int64_t>& ids) const override {
    for (const auto& unit : merges_.units(line))
      ids.push_back(vocabulary_.find(unit).value_or(unk_));
  }
  std::string decode(const std::vector<std::string>& tokens) const override {
    return join_units(tokens, merges_.separator());
  }

 private:
  SubwordNmt merges_;
  const Vocabulary& vocabulary_;
  std::int32_t unk_;
};

}  // namespace

std::unique_ptr<const SubwordCoder> make_sentencepiece_coder(
    std::shared_ptr<const SentencePieceModel> model, const Vocabulary& vocabulary,
    const SubwordIds& ids) {
  return std::make_unique<SentencePieceCoder>(std::move(model), vocabulary, ids);
}

std::unique_ptr<const SubwordCoder> make_subword_nmt_coder(std::string_view codes,
                                                           std::string_view name,
                                                           const Vocabulary& vocabulary,
                                                           const SubwordIds& ids) {
  return std::make_unique<SubwordNmtCoder>(codes, name, vocabulary, ids);
}

}  // namespace roformer::text
