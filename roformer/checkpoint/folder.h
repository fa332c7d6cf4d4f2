// A checkpoint folder, opened: config.json and the weights, each read once for all who ask.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "roformer/checkpoint/config_file.h"
#include "roformer/checkpoint/marian_config.h"
#include "roformer/checkpoint/weights.h"

namespace roformer::checkpoint {

class Folder {
 public:
  /// Opens a folder, or weights alone (a file, or the prefix of a TensorFlow checkpoint) in theirs.
  /// A folder's weights are opened when they are first asked for. Throws Error naming what is not
  /// there. A path is taken for what lies there: callers hand on either.
  Folder(const std::filesystem::path& path);  // NOLINT(google-explicit-constructor)
  /// The same for load_model<Module>("DIR").
  Folder(const char* path)  // NOLINT(google-explicit-constructor)
      : Folder(std::filesystem::path(path)) {}

  const std::filesystem::path& path() const { return path_; }
  /// Throws Error as open_weights does.
  const Weights& weights() const;

  /// Whether there is a config.json, or the bert_config.json of Google's BERT and bert4keras.
  bool has_config() const { return text_.has_value(); }
  /// Its text. Throws Error naming config.json if there is neither.
  const std::string& config_text() const;
  /// Whether it is that of an encoder-decoder. Throws Error for JSON that is broken.
  bool is_translation() const;

  /// What it says of an encoder, completed from the weights where it names no model
  /// (foreign_config.h).
  CheckpointConfig stated_config() const;
  /// The same with what only the weights tell: that a decoder which stands in the file beside
  /// different word embeddings is not tied to them, whatever tie_word_embeddings says (transformers
  /// decides likewise).
  const CheckpointConfig& config() const;
  /// What it says of an encoder-decoder.
  TranslationConfig translation_config() const;

 private:
  std::filesystem::path path_;         // of the folder
  std::filesystem::path config_path_;  // of the configuration, if there is one
  std::optional<std::string> text_;
  mutable std::optional<Weights> weights_;
  mutable std::optional<CheckpointConfig> config_;
};

/// The folder that a path stands for: that in which it lies if it is one of weights (a file, or
/// the prefix of a TensorFlow checkpoint), else the path itself.
std::filesystem::path folder_of(const std::filesystem::path& path);

/// The same for who opens the folder's own weights. Throws Error naming both files if the path is
/// one of other weights than the folder opens.
std::filesystem::path folder_of_own(const std::filesystem::path& path);

}  // namespace roformer::checkpoint
