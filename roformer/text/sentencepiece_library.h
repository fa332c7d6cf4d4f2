// libsentencepiece behind a door of its own. It exports a variable FLAGS_minloglevel, and so does
// LibTorch's libc10, of another type and size: in one scope of symbols the one is built inside the
// other, and c10's flags behind it are overwritten. So a small plugin alone is linked with it, and is
// opened with a scope of its own. These are the words that the two sides share.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roformer::text {

/// A loaded model. Functions give the library's error message, empty where all went well.
class SentencePieceProcessor {
 public:
  virtual ~SentencePieceProcessor() = default;
  /// Reads the bytes of a .model.
  virtual std::string load(const std::string& bytes) = 0;
  /// The ids of a line.
  virtual std::string encode(std::string_view line, std::vector<int>& ids) const = 0;
  /// The pieces of a line.
  virtual std::string encode(std::string_view line, std::vector<std::string>& pieces) const = 0;
  /// The text of pieces.
  virtual std::string decode(const std::vector<std::string>& pieces, std::string& text) const = 0;
  /// Pieces of the model.
  virtual int size() const = 0;
  /// The piece of an id below size().
  virtual const std::string& piece(int id) const = 0;
  /// Whether an id is <s>, </s> or the like.
  virtual bool is_control(int id) const = 0;
  /// Whether an id is <unk>.
  virtual bool is_unknown(int id) const = 0;
  /// Whether an id is a place that no text takes.
  virtual bool is_unused(int id) const = 0;
};

/// Lines to train on; `line` is the present one.
class SentencePieceLines {
 public:
  virtual ~SentencePieceLines() = default;
  /// Whether there is none any more.
  virtual bool done() const = 0;
  /// Goes to the next one.
  virtual void next() = 0;
  /// The present one.
  virtual const std::string& line() const = 0;
};

/// The plugin's functions.
struct SentencePieceLibrary {
  std::unique_ptr<SentencePieceProcessor> (*make_processor)();
  /// Puts the bytes of a .model into `model`; gives the library's error message or nothing.
  std::string (*train)(const std::unordered_map<std::string, std::string>& arguments,
                       SentencePieceLines& lines, std::string& model);
};

/// Opened at first use, from the folder of the library or program that this code is in. Throws Error
/// naming the file that is missing.
const SentencePieceLibrary& sentencepiece_library();

}  // namespace roformer::text
