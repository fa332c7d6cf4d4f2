#include "roformer/pipeline/text_stream.h"

#include <algorithm>
#include <string_view>

#include "roformer/unicode/utf8.h"

namespace roformer::pipeline {
namespace {

// Bytes at the end of `text` that may be the beginning of a character.
std::size_t unfinished_bytes(std::string_view text) {
  constexpr std::size_t longest = 3;
  for (std::size_t size = std::min(longest, text.size()); size > 0; --size) {
    const std::string_view tail = text.substr(text.size() - size);
    const auto lead = static_cast<unsigned char>(tail.front());
    const auto character = unicode::decode_utf8(tail.data(), tail.data() + tail.size());
    const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    const bool begins = lead >= 0xC2 && lead <= 0xF4 && wanted > size;
    if (begins && character.code == unicode::kReplacementCharacter && character.size == size)
      return size;
  }
  return 0;
}

// Characters at the end of `text` that may be the beginning of `stop`.
std::size_t begun(std::string_view text, std::string_view stop) {
  for (std::size_t size = std::min(text.size(), stop.size() - 1); size > 0; --size) {
    if (text.ends_with(stop.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

TextStream::TextStream(const text::Tokenizer& tokenizer, std::vector<std::string> stops,
                       std::int64_t last_id)
    : tokenizer_(tokenizer), stops_(std::move(stops)) {
  std::erase_if(stops_, [](const std::string& stop) { return stop.empty(); });
  if (last_id >= 0 && !tokenizer_.is_special(static_cast<std::int32_t>(last_id)))
    previous_ = static_cast<std::int32_t>(last_id);
}

void TextStream::append_token(std::int64_t id) {
  const auto token = static_cast<std::int32_t>(id);
  if (tokenizer_.is_special(token)) return;
  tokenizer_.append_text(token, previous_, bytes_);
  previous_ = token;
  take_bytes(bytes_.size() - unfinished_bytes(bytes_));
}

// Moves bytes to the text; what is no UTF-8 as the tokenizer's decode() has it.
void TextStream::take_bytes(std::size_t size) {
  held_ += unicode::valid_utf8(std::string_view(bytes_).substr(0, size),
                               tokenizer_.facts().invalid_bytes);
  bytes_.erase(0, size);
}

std::string TextStream::release(std::size_t size) {
  std::string text = held_.substr(0, size);
  held_.erase(0, size);
  return text;
}

std::string TextStream::add(std::int64_t id) {
  if (stopped_) return {};
  append_token(id);
  std::size_t first = std::string::npos, kept = 0;
  for (const std::string& stop : stops_) {
    first = std::min(first, held_.find(stop));
    kept = std::max(kept, begun(held_, stop));
  }
  if (first != std::string::npos) {
    stopped_ = true;
    std::string text = release(first);
    held_.clear();
    bytes_.clear();
    return text;
  }
  return release(held_.size() - kept);
}

std::string TextStream::finish() {
  take_bytes(bytes_.size());
  return release(held_.size());
}

}  // namespace roformer::pipeline
