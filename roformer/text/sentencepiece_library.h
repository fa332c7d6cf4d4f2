// libsentencepiece behind a door of its own. It exports a variable FLAGS_minloglevel, and so does
// LibTorch's libc10, of another type and size: in one scope of symbols the one is built inside the
// other, and c10's flags behind it are overwritten. So a small plugin alone is linked with it, and
// is opened with a scope of its own. These are the words that the two sides share, and the model
// that they make (Kudo and Richardson 2018).
#pragma once
#include <cstddef>
#include <cstdint>
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
  /// Whether an id stands for text (or a byte), not <unk>, <s>, </s> or a place that no text takes.
  virtual bool is_text(int id) const = 0;
  /// Whether an id is <unk>.
  virtual bool is_unknown(int id) const = 0;
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

/// Opened at first use, from the folder of the library or program that this code is in. Throws
/// Error naming the file that is missing.
const SentencePieceLibrary& sentencepiece_library();

/// Immutable; its const functions are safe from several threads.
class SentencePieceModel {
 public:
  /// `bytes` of a .model file; `name` says where they come from. Throws Error if they are none.
  SentencePieceModel(std::string bytes, std::string_view name);

  /// The model's own ids of a line of valid UTF-8. Neighbouring unknown characters are one id.
  std::vector<int> encode_ids(std::string_view line) const;
  /// The same as pieces; what is unknown stands as in the line.
  std::vector<std::string> encode(std::string_view line) const;
  /// Pieces joined: U+2581 becomes a space, one at the start goes.
  std::string decode(const std::vector<std::string>& pieces) const;

  int size() const { return processor_->size(); }
  /// The piece of an id below size().
  const std::string& piece(int id) const { return processor_->piece(id); }
  /// Whether the id stands for text (or a byte), not for <unk>, <s>, </s> and the like.
  bool is_text(int id) const { return processor_->is_text(id); }
  bool is_unknown(int id) const { return processor_->is_unknown(id); }
  /// What it was read from.
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::string name_;
  std::unique_ptr<const SentencePieceProcessor> processor_;
};

}  // namespace roformer::text
