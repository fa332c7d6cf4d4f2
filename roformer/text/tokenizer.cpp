#include "roformer/text/tokenizer.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/text/byte_encoder.h"
#include "roformer/text/byte_tokenizer.h"
#include "roformer/text/decode.h"
#include "roformer/text/piece_encoder.h"
#include "roformer/text/special_runs.h"
#include "roformer/text/tokenizer_files.h"
#include "roformer/text/truncation.h"
#include "roformer/text/wordpiece_encoder.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

std::size_t room_for_text(std::int64_t max_length, std::size_t special_tokens) {
  base::require(max_length >= static_cast<std::int64_t>(special_tokens),
                "[text] expected max_length to be at least {}, the special tokens, but got {}",
                special_tokens, max_length);
  return static_cast<std::size_t>(max_length) - special_tokens;
}

void append(const SpecialRun& run, Encoding& encoding) {
  encoding.ids.insert(encoding.ids.end(), run.ids.begin(), run.ids.end());
  encoding.type_ids.insert(encoding.type_ids.end(), run.type_ids.begin(), run.type_ids.end());
  encoding.offsets.resize(encoding.ids.size());
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

// `run` at a place in the middle; the types are set by the caller.
void insert(const SpecialRun& run, std::size_t place, Encoding& encoding) {
  const auto at = static_cast<std::ptrdiff_t>(place);
  encoding.ids.insert(encoding.ids.begin() + at, run.ids.begin(), run.ids.end());
  encoding.offsets.insert(encoding.offsets.begin() + at, run.size(), Offset{});
}

// The tokens that are found in a text before it is cut: those that the files add, and the five.
std::vector<AddedToken> collect_added_tokens(const Vocabulary& vocabulary,
                                             const TokenizerConfig& config) {
  std::vector<AddedToken> tokens;
  for (AddedToken token : config.added_tokens) {
    const auto id = vocabulary.find(token.content);
    if (!id) continue;
    token.id = *id;
    tokens.push_back(std::move(token));
  }
  for (const std::string* content : {&config.pad_token, &config.unk_token, &config.cls_token,
                                     &config.sep_token, &config.mask_token}) {
    const auto id = vocabulary.find(*content);
    const bool known = std::any_of(tokens.begin(), tokens.end(), [&](const AddedToken& token) {
      return token.content == *content;
    });
    if (id && !known && !content->empty()) tokens.push_back({.content = *content, .id = *id});
  }
  return tokens;
}

std::vector<bool> special_ids(const Vocabulary& vocabulary, const std::vector<AddedToken>& added) {
  std::vector<bool> special(static_cast<std::size_t>(vocabulary.size()));
  for (const AddedToken& token : added) special[static_cast<std::size_t>(token.id)] = token.special;
  return special;
}

std::unique_ptr<const PieceEncoder> make_encoder(const Vocabulary& vocabulary,
                                                 const TokenizerConfig& config,
                                                 const std::vector<AddedToken>& added) {
  if (config.model == PieceModel::bytes)
    return std::make_unique<ByteEncoder>(config.first_byte_id, added);
  return std::make_unique<WordPieceEncoder>(vocabulary, config, added);
}

}  // namespace

struct Tokenizer::State {
  State(Vocabulary given_vocabulary, TokenizerConfig given_config)
      : vocabulary(std::move(given_vocabulary)),
        config(std::move(given_config)),
        added_tokens(collect_added_tokens(vocabulary, config)),
        special(special_ids(vocabulary, added_tokens)),
        encoder(make_encoder(vocabulary, config, added_tokens)),
        single(single_runs(vocabulary, config)),
        pair(pair_runs(vocabulary, config)),
        bare_single{.first_type = single.first_type},
        bare_pair{.first_type = pair.first_type, .second_type = pair.second_type} {}

  Vocabulary vocabulary;
  TokenizerConfig config;
  std::vector<AddedToken> added_tokens;
  std::vector<bool> special;  // by id
  std::unique_ptr<const PieceEncoder> encoder;
  SpecialRuns single, pair;
  SpecialRuns bare_single, bare_pair;  // without special tokens
};

Tokenizer::Tokenizer(Vocabulary vocabulary, TokenizerConfig config)
    : state_(std::make_shared<const State>(std::move(vocabulary), std::move(config))) {}

Tokenizer Tokenizer::load(const std::filesystem::path& folder_or_file) {
  TokenizerFiles files = read_tokenizer_files(folder_or_file);
  return Tokenizer(std::move(files.vocabulary), std::move(files.config));
}

Tokenizer Tokenizer::bytes() {
  TokenizerFiles files = byt5_files(0);
  return Tokenizer(std::move(files.vocabulary), std::move(files.config));
}

void Tokenizer::save(const std::filesystem::path& folder) const {
  write_tokenizer_files(folder, vocabulary(), config(), state_->added_tokens);
}

const SpecialRuns& Tokenizer::runs(bool pair, const EncodeOptions& options) const {
  if (!options.add_special_tokens) return pair ? state_->bare_pair : state_->bare_single;
  const SpecialRuns& runs = pair ? state_->pair : state_->single;
  if (!runs.complete) {
    cls_id();  // Errors that say what is missing
    sep_id();
  }
  return runs;
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
  const SpecialRuns& around = runs(false, options);
  encoding.clear();
  append(around.before, encoding);
  const std::size_t begin = encoding.size();
  state_->encoder->encode(text, encoding.ids, encoding.offsets);
  if (options.max_length > 0) {
    const std::size_t size = encoding.size() - begin;
    const std::size_t kept =
        truncate(size, 0, room_for_text(options.max_length, around.size()), options.truncation)
            .first;
    erase_tokens(encoding, begin + kept, size - kept);
  }
  encoding.type_ids.resize(encoding.size(), around.first_type);
  append(around.after, encoding);
}

void Tokenizer::encode_pair_into(std::string_view first, std::string_view second,
                                 const EncodeOptions& options, Encoding& encoding) const {
  const SpecialRuns& around = runs(true, options);
  encoding.clear();
  append(around.before, encoding);
  const std::size_t begin = encoding.size();
  state_->encoder->encode(first, encoding.ids, encoding.offsets);
  std::size_t middle = encoding.size();
  state_->encoder->encode(second, encoding.ids, encoding.offsets);
  if (options.max_length > 0) {
    const std::size_t first_size = middle - begin, second_size = encoding.size() - middle;
    const KeptTokens kept =
        truncate(first_size, second_size, room_for_text(options.max_length, around.size()),
                 options.truncation);
    erase_tokens(encoding, middle + kept.second, second_size - kept.second);
    erase_tokens(encoding, begin + kept.first, first_size - kept.first);
    middle = begin + kept.first;
  }
  insert(around.between, middle, encoding);
  encoding.type_ids.resize(middle, around.first_type);
  encoding.type_ids.insert(encoding.type_ids.end(), around.between.type_ids.begin(),
                           around.between.type_ids.end());
  encoding.type_ids.resize(encoding.size(), around.second_type);
  append(around.after, encoding);
}

void Tokenizer::encode_words(std::string_view text, std::vector<std::int32_t>& ids) const {
  state_->encoder->encode(text, ids);
}

std::vector<Encoding> Tokenizer::windows(std::string_view text, const EncodeOptions& options,
                                         std::int64_t stride) const {
  const SpecialRuns& around = runs(false, options);
  const std::size_t room = room_for_text(options.max_length, around.size());
  base::require(stride >= 0 && static_cast<std::size_t>(stride) < room,
                "[text] expected 0 <= stride < {}, the tokens of a window, but got {}", room,
                stride);
  Encoding whole;
  state_->encoder->encode(text, whole.ids, whole.offsets);
  std::vector<Encoding> windows;
  for (std::size_t begin = 0;; begin += room - static_cast<std::size_t>(stride)) {
    const std::size_t end = std::min(begin + room, whole.size());
    Encoding& window = windows.emplace_back();
    append(around.before, window);
    for (std::size_t i = begin; i < end; ++i) {
      window.ids.push_back(whole.ids[i]);
      window.offsets.push_back(whole.offsets[i]);
    }
    window.type_ids.resize(window.size(), around.first_type);
    append(around.after, window);
    if (end == whole.size()) return windows;
  }
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids,
                              const DecodeOptions& options) const {
  const CleanUp clean_up =
      options.clean_up.value_or(config().decoder_cleanup ? CleanUp::punctuation : CleanUp::none);
  const bool bytes = config().model == PieceModel::bytes;
  std::string text;
  bool first = true;
  for (const std::int32_t id : ids) {
    const std::string& token = id_to_token(id);
    if (!vocabulary().holds(id) || (options.skip_special_tokens && is_special(id))) continue;
    if (bytes) {
      const std::int32_t byte = id - config().first_byte_id;
      byte >= 0 && byte < 256 ? text.push_back(static_cast<char>(byte)) : void(text.append(token));
    } else {
      append_token(token, first, config(), clean_up, text);
    }
    first = false;
  }
  if (bytes) return unicode::valid_utf8(text, config().invalid_bytes_stay ? "\xEF\xBF\xBD" : "");
  return clean_up == CleanUp::contractions ? clean_up_spaces(std::move(text)) : text;
}

std::int32_t Tokenizer::token_to_id(std::string_view token) const {
  const auto id = vocabulary().find(token);
  return id ? *id : unk_id();
}

const std::string& Tokenizer::id_to_token(std::int32_t id) const {
  base::require(id >= 0 && id < vocabulary_size(), "[text] expected an id from 0 to {} but got {}",
                vocabulary_size() - 1, id);
  return vocabulary().token(id);
}

bool Tokenizer::is_special(std::int32_t id) const {
  return id >= 0 && id < vocabulary_size() && state_->special[static_cast<std::size_t>(id)];
}

std::int64_t Tokenizer::special_tokens_before() const {
  return static_cast<std::int64_t>(state_->single.before.size());
}
std::int64_t Tokenizer::special_tokens_after() const {
  return static_cast<std::int64_t>(state_->single.after.size());
}

std::int32_t Tokenizer::special_id(const std::string& token, std::string_view name) const {
  const std::string& source = config().source;
  base::require(!token.empty(), "[text] {}: this tokenizer ({}) has no {} token", source,
                config().tokenizer_class, name);
  const auto id = vocabulary().find(token);
  base::require(id.has_value(), "[text] {}: expected the vocabulary to hold the {} token '{}'",
                source, name, token);
  return *id;
}

std::int32_t Tokenizer::pad_id() const {
  return special_id(config().pad_token, "padding");
}
std::int32_t Tokenizer::unk_id() const {
  return special_id(config().unk_token, "unknown");
}
std::int32_t Tokenizer::cls_id() const {
  return special_id(config().cls_token, "first");
}
std::int32_t Tokenizer::sep_id() const {
  return special_id(config().sep_token, "separating");
}
std::int32_t Tokenizer::mask_id() const {
  return special_id(config().mask_token, "mask");
}
std::int32_t Tokenizer::vocabulary_size() const {
  return vocabulary().size();
}
const Vocabulary& Tokenizer::vocabulary() const {
  return state_->vocabulary;
}
const TokenizerConfig& Tokenizer::config() const {
  return state_->config;
}

}  // namespace roformer::text
