#include "roformer/text/tokenizer.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/text/decode.h"
#include "roformer/text/tokenizer_files.h"
#include "roformer/text/truncation.h"
#include "roformer/text/wordpiece_encoder.h"

namespace roformer::text {
namespace {

std::size_t room_for_text(std::int64_t max_length, std::size_t special_tokens) {
  base::require(max_length >= static_cast<std::int64_t>(special_tokens),
                "[text] expected max_length to be at least {}, the special tokens, but got {}",
                special_tokens, max_length);
  return static_cast<std::size_t>(max_length) - special_tokens;
}

void add_special(std::int32_t id, Encoding& encoding) {
  encoding.ids.push_back(id);
  encoding.offsets.push_back({});
}

template <typename Value>
void erase(std::vector<Value>& values, std::size_t begin, std::size_t count) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(begin);
  values.erase(place, place + static_cast<std::ptrdiff_t>(count));
}

void erase_tokens(Encoding& encoding, std::size_t begin, std::size_t count) {
  erase(encoding.ids, begin, count);
  erase(encoding.offsets, begin, count);
}

void insert_special(std::int32_t id, std::size_t place, Encoding& encoding) {
  encoding.ids.insert(encoding.ids.begin() + static_cast<std::ptrdiff_t>(place), id);
  encoding.offsets.insert(encoding.offsets.begin() + static_cast<std::ptrdiff_t>(place), Offset{});
}

}  // namespace

Tokenizer::Tokenizer(Vocabulary vocabulary, TokenizerConfig config)
    : encoder_(std::make_shared<const WordPieceEncoder>(std::move(vocabulary), std::move(config))) {
}

Tokenizer Tokenizer::load(const std::filesystem::path& folder_or_file) {
  TokenizerFiles files = read_tokenizer_files(folder_or_file);
  return Tokenizer(std::move(files.vocabulary), std::move(files.config));
}

void Tokenizer::save(const std::filesystem::path& folder) const {
  write_tokenizer_files(folder, vocabulary(), config(), encoder_->added_tokens());
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  Encoding encoding;
  encode_into(text, options, encoding);
  return encoding;
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second,
                                const EncodeOptions& options) const {
  Encoding encoding;
  encode_pair_into(first, second, options, encoding);
  return encoding;
}

void Tokenizer::encode_into(std::string_view text, const EncodeOptions& options,
                            Encoding& encoding) const {
  encoding.clear();
  const std::size_t special = options.add_special_tokens ? 1 : 0;
  if (special != 0) add_special(cls_id(), encoding);
  encoder_->encode(text, encoding.ids, encoding.offsets);
  if (options.max_length > 0) {
    const std::size_t size = encoding.size() - special;
    const std::size_t kept =
        truncate(size, 0, room_for_text(options.max_length, 2 * special), options.truncation).first;
    erase_tokens(encoding, special + kept, size - kept);
  }
  if (special != 0) add_special(sep_id(), encoding);
  encoding.type_ids.assign(encoding.size(), 0);
}

void Tokenizer::encode_pair_into(std::string_view first, std::string_view second,
                                 const EncodeOptions& options, Encoding& encoding) const {
  encoding.clear();
  const std::size_t special = options.add_special_tokens ? 1 : 0;
  if (special != 0) add_special(cls_id(), encoding);
  encoder_->encode(first, encoding.ids, encoding.offsets);
  std::size_t middle = encoding.size();
  encoder_->encode(second, encoding.ids, encoding.offsets);
  if (options.max_length > 0) {
    const std::size_t first_size = middle - special, second_size = encoding.size() - middle;
    const KeptTokens kept =
        truncate(first_size, second_size, room_for_text(options.max_length, 3 * special),
                 options.truncation);
    erase_tokens(encoding, middle + kept.second, second_size - kept.second);
    erase_tokens(encoding, special + kept.first, first_size - kept.first);
    middle = special + kept.first;
  }
  if (special != 0) {
    insert_special(sep_id(), middle++, encoding);
    add_special(sep_id(), encoding);
  }
  encoding.type_ids.assign(encoding.size(), 1);
  std::fill_n(encoding.type_ids.begin(), middle, 0);
}

void Tokenizer::encode_words(std::string_view text, std::vector<std::int32_t>& ids) const {
  encoder_->encode(text, ids);
}

std::vector<Encoding> Tokenizer::windows(std::string_view text, const EncodeOptions& options,
                                         std::int64_t stride) const {
  const bool special = options.add_special_tokens;
  const std::size_t room = room_for_text(options.max_length, special ? 2 : 0);
  base::require(stride >= 0 && static_cast<std::size_t>(stride) < room,
                "[text] expected 0 <= stride < {}, the tokens of a window, but got {}", room,
                stride);
  Encoding whole;
  encoder_->encode(text, whole.ids, whole.offsets);
  std::vector<Encoding> windows;
  for (std::size_t begin = 0;; begin += room - static_cast<std::size_t>(stride)) {
    const std::size_t end = std::min(begin + room, whole.size());
    Encoding& window = windows.emplace_back();
    if (special) add_special(cls_id(), window);
    for (std::size_t i = begin; i < end; ++i) {
      window.ids.push_back(whole.ids[i]);
      window.offsets.push_back(whole.offsets[i]);
    }
    if (special) add_special(sep_id(), window);
    window.type_ids.assign(window.size(), 0);
    if (end == whole.size()) return windows;
  }
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids,
                              const DecodeOptions& options) const {
  std::string text;
  for (const std::int32_t id : ids) {
    const std::string& token = id_to_token(id);
    if (options.skip_special_tokens && is_special(id)) continue;
    append_token(token, config().continuing_prefix, options.clean_up, text);
  }
  return options.clean_up == CleanUp::contractions ? clean_up_spaces(std::move(text)) : text;
}

std::int32_t Tokenizer::token_to_id(std::string_view token) const {
  return vocabulary().find(token).value_or(encoder_->unk_id());
}

const std::string& Tokenizer::id_to_token(std::int32_t id) const {
  base::require(id >= 0 && id < vocabulary_size(), "[text] expected an id from 0 to {} but got {}",
                vocabulary_size() - 1, id);
  return vocabulary().token(id);
}

bool Tokenizer::is_special(std::int32_t id) const {
  const auto& added = encoder_->added_tokens();
  return std::any_of(added.begin(), added.end(),
                     [&](const AddedToken& token) { return token.special && token.id == id; });
}

namespace {

std::int32_t special_id(const Tokenizer& tokenizer, const std::string& token,
                        std::string_view name) {
  const auto id = tokenizer.vocabulary().find(token);
  base::require(id.has_value(), "[text] expected the vocabulary to hold the {} token '{}'", name,
                token);
  return *id;
}

}  // namespace

std::int32_t Tokenizer::pad_id() const {
  return special_id(*this, config().pad_token, "padding");
}
std::int32_t Tokenizer::unk_id() const {
  return encoder_->unk_id();
}
std::int32_t Tokenizer::cls_id() const {
  return special_id(*this, config().cls_token, "first");
}
std::int32_t Tokenizer::sep_id() const {
  return special_id(*this, config().sep_token, "separating");
}
std::int32_t Tokenizer::mask_id() const {
  return special_id(*this, config().mask_token, "mask");
}
std::int32_t Tokenizer::vocabulary_size() const {
  return vocabulary().size();
}
const Vocabulary& Tokenizer::vocabulary() const {
  return encoder_->vocabulary();
}
const TokenizerConfig& Tokenizer::config() const {
  return encoder_->config();
}

}  // namespace roformer::text
