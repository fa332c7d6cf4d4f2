#include "roformer/text/wordpiece_encoder.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/text/ascii_block.h"
#include "roformer/text/mapped_text.h"
#include "roformer/text/normalizer.h"
#include "roformer/text/word_buffer.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

template <bool with_offsets>
class TokenSink {
 public:
  TokenSink(std::vector<std::int32_t>& ids, std::vector<Offset>* offsets)
      : ids_(ids), offsets_(offsets) {}
  void token(std::int32_t id, std::int32_t begin, std::int32_t end) {
    ids_.push_back(id);
    if constexpr (with_offsets) offsets_->push_back({begin, end});
  }
  std::size_t mark() const { return ids_.size(); }
  void rewind(std::size_t mark) {
    ids_.resize(mark);
    if constexpr (with_offsets) offsets_->resize(mark);
  }

 private:
  std::vector<std::int32_t>& ids_;
  std::vector<Offset>* offsets_;
};

bool is_ascii(const char* p) {
  return static_cast<unsigned char>(*p) < 0x80;
}

// Steps that are a choice of BertNormalizer's switches are done the quick way.
std::optional<NormalizerOptions> as_bert_options(const TokenizerConfig& config) {
  using Kind = NormalizerStep::Kind;
  if (!config.normalizer_steps) return config.normalizer;
  const std::vector<NormalizerStep>& steps = *config.normalizer_steps;
  NormalizerOptions options{.clean_text = false,
                            .tokenize_chinese_chars = false,
                            .strip_accents = false,
                            .lowercase = false};
  if (steps.empty()) return options;
  if (steps.size() != 1) return std::nullopt;
  if (steps[0].kind == Kind::bert) return config.normalizer;
  if (steps[0].kind != Kind::lowercase) return std::nullopt;
  options.lowercase = true;
  return options;
}

bool cuts_as_bert(const TokenizerConfig& config) {
  if (!config.pre_tokenizer_steps) return true;
  const std::vector<PreTokenizerStep>& steps = *config.pre_tokenizer_steps;
  return steps.size() == 1 && steps[0].kind == PreTokenizerStep::Kind::bert;
}

// Whether the text that words of the dictionary are cut out of is normalised character by character.
bool can_map_words(const TokenizerConfig& config) {
  return config.words.segmenter != nullptr &&
         config.words.order == WordSegmentation::Order::normalize_first &&
         !config.normalizer_steps && config.normalizer.clean_text &&
         !config.normalizer.tokenize_chinese_chars;
}

}  // namespace

// A place in a text, and what to add to its bytes from `begin` to count code points.
struct WordPieceEncoder::Cursor {
  const char* p;
  const char* begin;
  const char* end;
  std::int32_t skew;

  std::int32_t offset() const { return static_cast<std::int32_t>(p - begin) + skew; }
  std::size_t left() const { return static_cast<std::size_t>(end - p); }
};

WordPieceEncoder::WordPieceEncoder(const Vocabulary& vocabulary, const TokenizerConfig& config,
                                   const std::vector<AddedToken>& added_tokens)
    : config_(config),
      quick_(as_bert_options(config).value_or(config.normalizer)),
      always_exact_(!as_bert_options(config) || !cuts_as_bert(config) ||
                    config.words.segmenter != nullptr),
      characters_(quick_) {
  const auto unknown = vocabulary.find(config_.unk_token);
  base::require(unknown.has_value(),
                "[text] expected the unknown token '{}' among the {} tokens of the vocabulary",
                config_.unk_token, vocabulary.size());
  base::require(config_.max_word_length > 0,
                "[text] expected max_input_chars_per_word > 0 but got {}", config_.max_word_length);
  unk_id_ = *unknown;
  std::vector<AddedToken> raw, normalized;
  for (const AddedToken& token : added_tokens) {
    if (!token.normalized) {
      raw.push_back(token);
      continue;
    }
    normalized.push_back(token);
    normalized.back().content = to_utf8(normalize(token.content, config_));
  }
  raw_matcher_ = AddedTokenMatcher(std::move(raw));
  normalized_matcher_ = AddedTokenMatcher(std::move(normalized));
  maps_words_ = can_map_words(config_) && normalized_matcher_.empty();
  build_tables(vocabulary, added_tokens);
}

void WordPieceEncoder::build_tables(const Vocabulary& vocabulary,
                                    const std::vector<AddedToken>& added_tokens) {
  std::vector<bool> appended(static_cast<std::size_t>(vocabulary.size()));
  for (const AddedToken& token : added_tokens)
    appended[static_cast<std::size_t>(token.id)] = token.appended;
  std::vector<PieceTrie::Key> keys;
  std::vector<ShortWordTable::Key> words;
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = vocabulary.token(id);
    if (token.empty() || appended[static_cast<std::size_t>(id)]) continue;
    keys.push_back({PieceTrie::Root::initial, token, id});
    const bool short_word = token.size() <= kShortWordSize && token.find('\0') == token.npos &&
                            unicode::count_code_points(token) <= config_.max_word_length;
    if (short_word) words.push_back({token, id});
    const std::string& prefix = config_.continuing_prefix;
    if (token.starts_with(prefix) && token.size() > prefix.size()) {
      keys.push_back({PieceTrie::Root::continuation, token.substr(prefix.size()), id});
    }
  }
  pieces_ = PieceTrie(keys);
  short_words_ = ShortWordTable(words);
  if (maps_words_) return;  // what stands alone elsewhere is a part of the text there
  characters_.map_alone([&](char32_t code) {
    std::string word;
    unicode::append_utf8(code, word);
    const auto id = vocabulary.find(word);
    const bool known = id && !appended[static_cast<std::size_t>(*id)];
    return static_cast<std::uint32_t>(known ? *id : unk_id_);
  });
  for (char32_t code = 0; code < 0x80; ++code) {
    const CharacterEntry entry = characters_.entry(code);
    if (entry.kind == CharacterKind::space) byte_kinds_[code] = ByteKind::space;
    if (entry.kind == CharacterKind::alone) byte_kinds_[code] = ByteKind::alone;
    if (entry.kind == CharacterKind::alone)
      alone_ids_[code] = static_cast<std::int32_t>(entry.value);
    const bool letter = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
    if (letter || (code >= '0' && code <= '9')) byte_kinds_[code] = ByteKind::word;
  }
}

// The longest pieces of a word, from its beginning; [UNK] for the whole if some part matches none.
template <typename Sink>
void WordPieceEncoder::encode_word(WordBuffer& word, Sink& sink) const {
  if (word.empty()) return;
  const std::size_t mark = sink.mark();
  bool known = !word.is_too_long();
  auto root = PieceTrie::Root::initial;
  for (std::size_t begin = 0; known && begin < word.size();) {
    const PieceTrie::Match piece = pieces_.longest(root, word.bytes() + begin, word.size() - begin);
    known = piece.id >= 0;
    if (!known) break;
    const Offset at = word.extent(begin, begin + piece.size);
    sink.token(piece.id, at.begin, at.end);
    begin += piece.size;
    root = PieceTrie::Root::continuation;
  }
  if (!known) {
    sink.rewind(mark);
    sink.token(unk_id_, word.extent().begin, word.extent().end);
  }
  word.clear();
}

// The same for a word of ASCII letters, already lower-cased, whose offsets need no looking up.
template <typename Sink>
void WordPieceEncoder::encode_ascii_pieces(const char* bytes, std::size_t size, std::int32_t begin,
                                           Sink& sink) const {
  const std::size_t mark = sink.mark();
  const bool too_long = static_cast<std::int64_t>(size) > config_.max_word_length;
  auto root = PieceTrie::Root::initial;
  for (std::size_t i = 0; i < size;) {
    const PieceTrie::Match piece =
        too_long ? PieceTrie::Match{} : pieces_.longest(root, bytes + i, size - i);
    if (piece.id < 0) {
      sink.rewind(mark);
      sink.token(unk_id_, begin, begin + static_cast<std::int32_t>(size));
      return;
    }
    const auto at = begin + static_cast<std::int32_t>(i);
    sink.token(piece.id, at, at + static_cast<std::int32_t>(piece.size));
    i += piece.size;
    root = PieceTrie::Root::continuation;
  }
}

// Words and punctuation while all is ASCII; stops at the beginning of a word, or place between
// words, that is not.
template <bool lowercase, typename Sink>
void WordPieceEncoder::encode_ascii(Cursor& cursor, Sink& sink) const {
  while (cursor.p < cursor.end) {
    const AsciiRun run = read_ascii_run<lowercase>(cursor.p, cursor.left());
    const std::int32_t begin = cursor.offset();
    if (run.size == 0) {
      const auto byte = static_cast<unsigned char>(*cursor.p);
      const ByteKind kind = byte_kinds_[byte];
      if (kind == ByteKind::other) return;
      if (kind == ByteKind::alone) sink.token(alone_ids_[byte], begin, begin + 1);
      ++cursor.p;
      continue;
    }
    if (run.size > kShortWordSize) {
      if (!encode_long_ascii_word<lowercase>(cursor, sink)) return;
      continue;
    }
    const char* after = cursor.p + run.size;
    // A control character or a combining mark behind the word may belong to it.
    const bool ends =
        after == cursor.end || byte_kinds_[static_cast<unsigned char>(*after)] != ByteKind::other;
    if (!ends) return;
    const std::int32_t id = short_words_.find(run.word);
    if (id >= 0) {
      sink.token(id, begin, begin + static_cast<std::int32_t>(run.size));
    } else {
      char bytes[16];
      std::memcpy(bytes, &run.word.low, 8);
      std::memcpy(bytes + 8, &run.word.high, 8);
      encode_ascii_pieces(bytes, run.size, begin, sink);
    }
    cursor.p = after;
    if (after < cursor.end && *after == ' ') ++cursor.p;
  }
}

template <bool lowercase, typename Sink>
bool WordPieceEncoder::encode_long_ascii_word(Cursor& cursor, Sink& sink) const {
  const char* after = cursor.p;
  while (after < cursor.end && byte_kinds_[static_cast<unsigned char>(*after)] == ByteKind::word)
    ++after;
  if (after < cursor.end && byte_kinds_[static_cast<unsigned char>(*after)] == ByteKind::other)
    return false;
  const auto size = static_cast<std::size_t>(after - cursor.p);
  const std::int32_t begin = cursor.offset();
  constexpr std::size_t most = 256;
  char bytes[most];
  const std::size_t used = std::min(size, most);
  if (used < size && static_cast<std::int64_t>(size) <= config_.max_word_length) {
    return false;  // a limit far above BERT's 100: the general way
  }
  for (std::size_t i = 0; i < used; ++i) {
    bytes[i] = lowercase ? static_cast<char>(cursor.p[i] | 0x20) : cursor.p[i];
  }
  encode_ascii_pieces(bytes, size, begin, sink);
  cursor.p = after;
  return true;
}

// One character's part in the current word. False if the text needs normalize().
template <typename Sink>
bool WordPieceEncoder::apply(CharacterEntry entry, char32_t code, Offset at, WordBuffer& word,
                             Sink& sink) const {
  switch (entry.kind) {
    case CharacterKind::same:
      word.append(code, at);
      return true;
    case CharacterKind::word:
      word.append(entry.value, at);
      return true;
    case CharacterKind::drop:
      return true;
    case CharacterKind::space:
      encode_word(word, sink);
      return true;
    case CharacterKind::alone:
      encode_word(word, sink);
      sink.token(static_cast<std::int32_t>(entry.value), at.begin, at.end);
      return true;
    case CharacterKind::sequence:
      for (const CharacterEntry& part : characters_.sequence(entry.value))
        apply(part, code, at, word, sink);
      return true;
    case CharacterKind::reorder:
      return false;
  }
  return true;
}

// Characters of any kind until a word has ended and ASCII follows. False if the text needs
// normalize().
template <typename Sink>
bool WordPieceEncoder::encode_other(Cursor& cursor, WordBuffer& word, Sink& sink) const {
  while (cursor.p < cursor.end) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(cursor.p, cursor.end);
    const std::int32_t begin = cursor.offset();
    if (!apply(characters_.entry(c.code), c.code, {begin, begin + 1}, word, sink)) return false;
    cursor.p += c.size;
    cursor.skew -= static_cast<std::int32_t>(c.size) - 1;
    if (word.empty() && cursor.p < cursor.end && is_ascii(cursor.p)) return true;
  }
  encode_word(word, sink);
  return true;
}

// A stretch of text without added tokens. `offset`: the code points before it.
template <bool lowercase, typename Sink>
void WordPieceEncoder::encode_segment(std::string_view text, std::int32_t offset,
                                      Sink& sink) const {
  if (maps_words_ && encode_mapped_words(text, offset, sink)) return;
  if (always_exact_ || !normalized_matcher_.empty()) return encode_normalized(text, offset, sink);
  const std::size_t mark = sink.mark();
  Cursor cursor{text.data(), text.data(), text.data() + text.size(), offset};
  WordBuffer word(config_.max_word_length);
  while (true) {
    encode_ascii<lowercase>(cursor, sink);
    if (cursor.p == cursor.end) return;
    if (encode_other(cursor, word, sink)) continue;
    sink.rewind(mark);
    return encode_normalized(text, offset, sink);
  }
}

// Words between white space; what stands alone is a word by itself.
template <typename StandsAlone, typename Sink>
void WordPieceEncoder::encode_spaced_words(const NormalizedCharacter* begin,
                                           const NormalizedCharacter* end, StandsAlone stands_alone,
                                           WordBuffer& word, Sink& sink) const {
  for (const NormalizedCharacter* c = begin; c < end; ++c) {
    const bool space = unicode::is_white_space(c->code);
    const bool alone = !space && stands_alone(c->code);
    if (space || alone) encode_word(word, sink);
    if (!space) word.append(c->code, c->source);
    if (alone) encode_word(word, sink);
  }
  encode_word(word, sink);
}

// Words of the dictionary: one of the vocabulary is a token, any other is cut by the rules of the
// order. `bytes` are the characters' from `c` on.
template <typename Sink>
void WordPieceEncoder::encode_segmented_words(const NormalizedCharacter* c, std::string_view bytes,
                                              WordBuffer& word, Sink& sink) const {
  segmentation::Segmenter::Scratch scratch;
  std::vector<std::string_view> words;
  config_.words.segmenter->cut(bytes, scratch, words);
  for (const std::string_view bytes_of_word : words) {
    const NormalizedCharacter* const after = c + unicode::count_code_points(bytes_of_word);
    const PieceTrie::Match whole =
        pieces_.longest(PieceTrie::Root::initial, bytes_of_word.data(), bytes_of_word.size());
    if (whole.size == bytes_of_word.size() && after - c <= config_.max_word_length) {
      sink.token(whole.id, c->source.begin, after[-1].source.end);
    } else if (config_.words.order == WordSegmentation::Order::normalize_first) {
      encode_spaced_words(c, after, unicode::is_chinese_character, word, sink);
    } else {
      encode_word_as_text({c, after}, bytes_of_word, word, sink);
    }
    c = after;
  }
}

// The same of a whole text whose characters each have a place of their own. False, with nothing
// encoded, if the text needs normalize().
template <typename Sink>
bool WordPieceEncoder::encode_mapped_words(std::string_view text, std::int32_t offset,
                                           Sink& sink) const {
  MappedText mapped;
  if (!mapped.read(text, offset, characters_)) return false;
  segmentation::Segmenter::Scratch scratch;
  std::vector<std::string_view> words;
  config_.words.segmenter->cut(mapped.bytes(), scratch, words);
  WordBuffer word(config_.max_word_length);
  std::size_t begin = 0;
  for (const std::string_view bytes : words) {
    const std::size_t end = begin + bytes.size();
    const PieceTrie::Match whole =
        pieces_.longest(PieceTrie::Root::initial, bytes.data(), bytes.size());
    if (whole.size == bytes.size() && has_at_most_length(bytes)) {
      const Offset at = mapped.extent(begin, end);
      sink.token(whole.id, at.begin, at.end);
    } else {
      encode_mapped_characters(mapped, begin, end, word, sink);
    }
    begin = end;
  }
  return true;
}

// Of a word that the vocabulary lacks: what is between white space, Chinese characters alone.
template <typename Sink>
void WordPieceEncoder::encode_mapped_characters(const MappedText& text, std::size_t begin,
                                                std::size_t end, WordBuffer& word,
                                                Sink& sink) const {
  const char* const bytes = text.bytes().data();
  for (std::size_t at = begin; at < end;) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(bytes + at, bytes + end);
    const bool space = unicode::is_white_space(c.code);
    const bool alone = !space && unicode::is_chinese_character(c.code);
    if (space || alone) encode_word(word, sink);
    if (!space) word.append(c.code, text.extent(at, at + c.size));
    if (alone) encode_word(word, sink);
    at += c.size;
  }
  encode_word(word, sink);
}

bool WordPieceEncoder::has_at_most_length(std::string_view word) const {
  return static_cast<std::int64_t>(word.size()) <= config_.max_word_length ||
         unicode::count_code_points(word) <= config_.max_word_length;
}

// A word as BERT's tokenizer reads a text.
template <typename Sink>
void WordPieceEncoder::encode_word_as_text(std::span<const NormalizedCharacter> characters,
                                           std::string_view bytes, WordBuffer& word,
                                           Sink& sink) const {
  std::vector<NormalizedCharacter> read = normalize(bytes, config_.normalizer);
  // The slow class cleans away what Unicode has not assigned too.
  std::erase_if(read, [](const NormalizedCharacter& c) {
    return unicode::major_category(c.code) == 'C' && !unicode::is_white_space(c.code);
  });
  const auto source_of = [&](Offset at) {
    return Offset{characters[static_cast<std::size_t>(at.begin)].source.begin,
                  characters[static_cast<std::size_t>(at.end - 1)].source.end};
  };
  for (NormalizedCharacter& c : read)
    if (c.source.begin < c.source.end) c.source = source_of(c.source);
  encode_spaced_words(read.data(), read.data() + read.size(), unicode::is_punctuation, word, sink);
}

template <typename Sink>
void WordPieceEncoder::encode_normalized_words(const NormalizedCharacter* begin,
                                               const NormalizedCharacter* end,
                                               std::string_view bytes, WordBuffer& word,
                                               Sink& sink) const {
  if (config_.words.segmenter != nullptr) return encode_segmented_words(begin, bytes, word, sink);
  if (config_.pre_tokenizer_steps) {
    for (const auto part : pre_tokenize({begin, end}, *config_.pre_tokenizer_steps)) {
      for (const NormalizedCharacter& c : part) word.append(c.code, c.source);
      encode_word(word, sink);
    }
    return;
  }
  encode_spaced_words(begin, end, unicode::is_punctuation, word, sink);
}

// What the words are cut out of.
std::vector<NormalizedCharacter> WordPieceEncoder::normalized(std::string_view text,
                                                              std::int32_t offset) const {
  using Order = WordSegmentation::Order;
  const bool as_it_is =
      config_.words.segmenter == nullptr || config_.words.order == Order::normalize_first;
  if (as_it_is) return normalize(text, config_, offset);
  NormalizerOptions before = {.clean_text = false,
                              .tokenize_chinese_chars = false,
                              .strip_accents = false,
                              .lowercase = config_.normalizer.lowercase};
  if (config_.words.order == Order::strip_first) before.strip_accents = before.lowercase;
  return normalize(text, before, offset);
}

// The slow, exact way: for marks that change places, for added tokens that are looked for after
// normalisation, and for steps that are not BERT's.
template <typename Sink>
void WordPieceEncoder::encode_normalized(std::string_view text, std::int32_t offset,
                                         Sink& sink) const {
  const std::vector<NormalizedCharacter> characters = normalized(text, offset);
  WordBuffer word(config_.max_word_length);
  std::string bytes;
  std::vector<std::size_t> starts;  // of each byte's character
  for (std::size_t i = 0; i < characters.size(); ++i) {
    unicode::append_utf8(characters[i].code, bytes);
    starts.resize(bytes.size(), i);
  }
  starts.push_back(characters.size());
  const NormalizedCharacter* all = characters.data();
  std::size_t done = 0;
  while (const auto match = normalized_matcher_.find(bytes, done)) {
    encode_normalized_words(all + starts[done], all + starts[match->begin],
                            std::string_view(bytes).substr(done, match->begin - done), word, sink);
    sink.token(match->id, all[starts[match->begin]].source.begin,
               all[starts[match->end - 1]].source.end);
    done = match->end;
  }
  encode_normalized_words(all + starts[done], all + characters.size(),
                          std::string_view(bytes).substr(done), word, sink);
}

template <bool lowercase, typename Sink>
void WordPieceEncoder::encode_text(std::string_view text, Sink& sink) const {
  std::size_t done = 0;
  std::int32_t offset = 0;
  while (const auto match = raw_matcher_.find(text, done)) {
    const std::string_view before = text.substr(done, match->begin - done);
    encode_segment<lowercase>(before, offset, sink);
    const std::int32_t begin = offset + unicode::count_code_points(before);
    offset =
        begin + unicode::count_code_points(text.substr(match->begin, match->end - match->begin));
    sink.token(match->id, begin, offset);
    done = match->end;
  }
  encode_segment<lowercase>(text.substr(done), offset, sink);
}

void WordPieceEncoder::encode(std::string_view text, std::vector<std::int32_t>& ids,
                              std::vector<Offset>* offsets) const {
  const auto encode_into = [&](auto sink) {
    quick_.lowercase ? encode_text<true>(text, sink) : encode_text<false>(text, sink);
  };
  offsets == nullptr ? encode_into(TokenSink<false>(ids, nullptr))
                     : encode_into(TokenSink<true>(ids, offsets));
}

}  // namespace roformer::text
