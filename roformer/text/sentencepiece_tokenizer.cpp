#include "roformer/text/subword_table.h"

#include <algorithm>

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

// As Python's strip: white space of Unicode and the four separators of ASCII.
std::string strip(const std::string& line) {
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

// MarianTokenizer: special tokens are cut out of the text first; then each part may begin with a
// language code, and the rest is the model's.
class SentencePieceCoder final : public SubwordCoder {
 public:
  SentencePieceCoder(SubwordTable table, const Model& source, const Model& target)
      : SubwordCoder(std::move(table), "SentencePiece", "MarianTokenizer"),
        source_(side_of(source)),
        target_(source == target ? source_ : side_of(target)),
        matcher_(added_tokens()) {}

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
    std::size_t from = 0;
    while (const auto found = matcher_.find(line, from)) {
      encode_text(own, line.substr(from, found->begin - from), ids);
      ids.push_back(found->id);
      from = found->end;
    }
    encode_text(own, line.substr(from), ids);
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
