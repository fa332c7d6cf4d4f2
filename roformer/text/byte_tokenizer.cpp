#include "roformer/text/byte_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/text/added_token_json.h"
#include "roformer/text/added_token_matcher.h"
#include "roformer/text/json_values.h"
#include "roformer/text/token_coder.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kByT5 = "ByT5Tokenizer";
constexpr std::string_view kPerceiver = "PerceiverTokenizer";

struct ByteFiles {
  Vocabulary vocabulary;
  TokenizerConfig config;
  std::int32_t first_byte_id = 0;
  std::string_view invalid_bytes = {};  // in decoded text: U+FFFD, or left out
};

// The special tokens, then the 256 bytes, each written as the character of its number, then tokens
// that were added. `strips`: the special ones take the white space around them.
ByteFiles make_byte_files(const std::vector<std::string>& special, bool strips,
                          std::string_view tokenizer_class,
                          const std::vector<std::string>& appended = {}) {
  std::vector<std::string> tokens;
  TokenizerConfig config;
  config.tokenizer_class = tokenizer_class;
  config.source = tokenizer_class;
  const auto add = [&](const std::string& content, bool strip) {
    config.added_tokens.push_back({.content = content,
                                   .id = static_cast<std::int32_t>(tokens.size()),
                                   .lstrip = strip,
                                   .rstrip = strip});
    tokens.push_back(content);
  };
  for (const std::string& content : special) add(content, strips);
  for (char32_t byte = 0; byte < 256; ++byte) unicode::append_utf8(byte, tokens.emplace_back());
  for (const std::string& content : appended) add(content, false);
  return {Vocabulary(std::move(tokens), tokenizer_class), std::move(config),
          static_cast<std::int32_t>(special.size())};
}

// `before` text `end`, and another text and `end` behind them.
TokenTemplate framed_texts(std::vector<TemplatePart> before, const TemplatePart& end) {
  before.insert(before.end(), {{.kind = TemplatePart::Kind::first}, end});
  TokenTemplate framed{before, before};
  framed.pair.insert(framed.pair.end(), {{.kind = TemplatePart::Kind::second}, end});
  return framed;
}

// The keys of special tokens, in the order of the file.
std::array<NamedToken, 5> token_keys(bool byt5) {
  return {{{"pad_token", &TokenizerConfig::pad_token},
           {"unk_token", &TokenizerConfig::unk_token},
           {"mask_token", &TokenizerConfig::mask_token},
           {"cls_token", &TokenizerConfig::cls_token},
           {byt5 ? "eos_token" : "sep_token", &TokenizerConfig::sep_token}}};
}

// Renames and flags the special tokens, and adds those behind the bytes.
void apply_byte_added_tokens(const json& decoder, std::string_view name, ByteFiles& files) {
  std::vector<AddedToken> given = parse_added_tokens_decoder(decoder, name);
  std::sort(given.begin(), given.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  std::vector<std::string> tokens = files.vocabulary.tokens();
  std::vector<AddedToken>& added = files.config.added_tokens;
  for (AddedToken& token : given) {
    const auto size = static_cast<std::int32_t>(tokens.size());
    const bool special = token.id < files.first_byte_id;
    base::require(special || token.id == size,
                  "[text] {}: expected the added token '{}' to have an id below {} or the id {} "
                  "but got {}",
                  name, token.content, files.first_byte_id, size, token.id);
    if (special) {
      const auto place = static_cast<std::size_t>(token.id);
      tokens[place] = token.content;
      token.special = true;
      added[place] = token;
    } else {
      tokens.push_back(token.content);
      added.push_back(token);
    }
  }
  files.vocabulary = Vocabulary(std::move(tokens), name);
}

// ByT5's with <extra_id_0> and so on behind the bytes; text </s>.
ByteFiles byt5_files(std::int32_t extra_ids) {
  std::vector<std::string> extra;
  for (std::int32_t i = 0; i < extra_ids; ++i) extra.push_back(fmt::format("<extra_id_{}>", i));
  ByteFiles files = make_byte_files({"<pad>", "</s>", "<unk>"}, true, kByT5, extra);
  TokenizerConfig& config = files.config;
  config.pad_token = "<pad>";
  config.unk_token = "<unk>";
  config.cls_token = "";
  config.sep_token = "</s>";
  config.mask_token = "";
  config.post_processor = framed_texts({}, {.token = "</s>", .ids = {1}});
  return files;
}

// [CLS] text [SEP].
ByteFiles perceiver_files() {
  ByteFiles files =
      make_byte_files({"[PAD]", "[BOS]", "[EOS]", "[MASK]", "[CLS]", "[SEP]"}, false, kPerceiver);
  files.config.unk_token = "";
  files.invalid_bytes = "\xEF\xBF\xBD";
  files.config.post_processor =
      framed_texts({{.token = "[CLS]", .ids = {4}}}, {.token = "[SEP]", .ids = {5}});
  return files;
}

// What the tokenizer_config.json says. Throws Error naming the key.
ByteFiles parse_byte_tokenizer(const json& root, std::string_view name) {
  const bool byt5 = root["tokenizer_class"] == kByT5;
  const bool lists_tokens = root.contains("added_tokens_decoder");
  const std::int64_t extra_ids = get(root, "extra_ids", std::int64_t{125}, name);
  base::require(extra_ids >= 0 && extra_ids <= 1000,
                "[text] {}: expected extra_ids from 0 to 1000 but got {}", name, extra_ids);
  ByteFiles files = byt5 ? byt5_files(lists_tokens ? 0 : static_cast<std::int32_t>(extra_ids))
                         : perceiver_files();
  if (lists_tokens) apply_byte_added_tokens(root["added_tokens_decoder"], name, files);
  TokenizerConfig& config = files.config;
  config.source = name;
  for (const auto& [key, token] : token_keys(byt5))
    config.*token = get_token(root, key, config.*token, name);
  config.model_max_length = get_model_max_length(root, name);
  apply_row_settings(root, name, config.row);
  return files;
}

// The tokenizer_config.json that transformers reads.
ordered_json make_byte_tokenizer_config(const TokenizerConfig& config, std::int32_t first_byte_id,
                                        const std::vector<AddedToken>& added_tokens) {
  ordered_json root = {{"tokenizer_class", config.tokenizer_class}};
  const bool byt5 = config.tokenizer_class == kByT5;
  if (byt5) root["extra_ids"] = 0;
  for (const auto& [key, token] : token_keys(byt5)) {
    if (!(config.*token).empty()) root[key] = config.*token;
  }
  ordered_json decoder = ordered_json::object(), extra = ordered_json::array();
  for (const AddedToken& token : added_tokens) {
    ordered_json entry = make_added_token(token);
    entry.erase("id");
    decoder[std::to_string(token.id)] = entry;
    if (token.id >= first_byte_id) extra.push_back(token.content);
  }
  if (byt5) root["additional_special_tokens"] = extra;
  root["added_tokens_decoder"] = decoder;
  if (config.model_max_length > 0) root["model_max_length"] = config.model_max_length;
  if (config.row.cut_at_begin) root["truncation_side"] = "left";
  return root;
}

// The bytes of one character have its offset.
void append_byte_offsets(std::string_view text, std::int32_t& offset,
                         std::vector<Offset>& offsets) {
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end; ++offset) {
    const std::uint32_t size = unicode::decode_utf8(p, end).size;
    offsets.insert(offsets.end(), size, {offset, offset + 1});
    p += size;
  }
}

class ByteCoder final : public TokenCoder {
 public:
  ByteCoder(ByteFiles files, std::vector<AddedToken> added)
      : TokenCoder(byte_facts(files, added)),
        config_(std::move(files.config)),
        first_byte_id_(files.first_byte_id),
        added_tokens_(added),
        matcher_(std::move(added)) {}

  // What is no UTF-8 stays as it is: bytes are bytes.
  void encode(std::string_view text, Side, std::vector<std::int32_t>& ids,
              std::vector<Offset>* offsets) const override {
    std::int32_t offset = 0;
    const auto add_bytes = [&](std::string_view part) {
      for (const char c : part) ids.push_back(first_byte_id_ + static_cast<unsigned char>(c));
      if (offsets != nullptr) append_byte_offsets(part, offset, *offsets);
    };
    std::size_t done = 0;
    while (const auto match = matcher_.find(text, done)) {
      add_bytes(text.substr(done, match->begin - done));
      ids.push_back(match->id);
      const std::int32_t begin = offset;
      offset += unicode::count_code_points(text.substr(match->begin, match->end - match->begin));
      if (offsets != nullptr) offsets->push_back({begin, offset});
      done = match->end;
    }
    add_bytes(text.substr(done));
  }

  std::string decode(std::span<const std::int32_t> ids,
                     const DecodeOptions& options) const override {
    std::string bytes;
    for (const std::int32_t id : ids) {
      if (options.skip_special_tokens && is_special(id)) continue;
      append_text(id, -1, bytes);
    }
    return unicode::valid_utf8(bytes, facts().invalid_bytes);
  }

  void append_text(std::int32_t id, std::int32_t, std::string& bytes) const override {
    const std::string& name = token(id);
    const std::int32_t byte = id - first_byte_id_;
    byte >= 0 && byte < 256 ? bytes.push_back(static_cast<char>(byte)) : void(bytes.append(name));
  }

  std::uint64_t fingerprint() const override {
    std::uint64_t sum = static_cast<std::uint64_t>(first_byte_id_);
    for (const std::string& name : facts().vocabulary.tokens()) sum = base::hash_bytes(name, sum);
    for (const AddedToken& added : added_tokens_)
      sum = base::hash_bytes(fmt::format("{} {} {} {} {}", added.id, added.single_word,
                                         added.lstrip, added.rstrip, added.content),
                             sum);
    return sum;
  }

  void save(const std::filesystem::path& folder) const override {
    std::filesystem::create_directories(folder);
    const auto config = make_byte_tokenizer_config(config_, first_byte_id_, added_tokens_);
    base::write_file_atomically(folder / "tokenizer_config.json", config.dump(2) + "\n");
  }

 private:
  static TokenizerFacts byte_facts(const ByteFiles& files, const std::vector<AddedToken>& added) {
    TokenizerFacts facts = facts_of(files.vocabulary, files.config, added);
    facts.kind = "bytes";
    facts.first_byte_id = files.first_byte_id;
    facts.invalid_bytes = files.invalid_bytes;
    // Special tokens stand in no text that a byte model learns; it begins at a line's beginning.
    facts.frame = {.begin = files.first_byte_id + '\n', .first_id = files.first_byte_id};
    return facts;
  }

  TokenizerConfig config_;
  std::int32_t first_byte_id_;
  std::vector<AddedToken> added_tokens_;
  AddedTokenMatcher matcher_;
};

Tokenizer make_byte_tokenizer(ByteFiles files) {
  auto added = collect_added_tokens(files.vocabulary, files.config);
  return Tokenizer(std::make_shared<const ByteCoder>(std::move(files), std::move(added)));
}

}  // namespace

Tokenizer byte_tokenizer() {
  return make_byte_tokenizer(byt5_files(0));
}

namespace kinds {

TokenizerKind bytes() {
  return {"a tokenizer_config.json that names a byte tokenizer",
          {},
          [](const TokenizerFolder& folder) {
            const std::string name = folder.tokenizer_class();
            return name == kByT5 || name == kPerceiver;
          },
          [](const TokenizerFolder& folder) {
            return make_byte_tokenizer(
                parse_byte_tokenizer(folder.settings(), folder.settings_file().string()));
          }};
}

}  // namespace kinds
}  // namespace roformer::text
