// Text that grows token by token: gives out what is certain, holds back a character that is not
// whole and what may become a stop text.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/text/tokenizer.h"

namespace roformer::pipeline {

class TextStream {
 public:
  /// `last_id`: the prompt's last token, −1 if there is none: it says whether a space comes first.
  TextStream(const text::Tokenizer& tokenizer, std::vector<std::string> stops,
             std::int64_t last_id = -1);

  /// Takes in a token and returns the text that has become certain. Nothing more once stopped().
  std::string add(std::int64_t id);
  /// Whether a stop text has come; it and what follows is no part of the text.
  bool stopped() const { return stopped_; }
  /// The rest at the end: bytes that never became a character are left out.
  std::string finish();

 private:
  void append_token(std::int64_t id);
  void take_bytes(std::size_t size);
  std::string release(std::size_t size);

  text::Tokenizer tokenizer_;
  std::vector<std::string> stops_;
  std::int32_t previous_ = -1;  // the last ordinary token; -1: none
  std::string held_;            // text, not given out yet
  std::string bytes_;           // of a character that is not whole
  bool stopped_ = false;
};

}  // namespace roformer::pipeline
