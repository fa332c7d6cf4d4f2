// A checkpoint folder whose model has a head with labels: opened once, and asked which head it is.
// The header is light: no tensors in it.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "roformer/model/config.h"
#include "roformer/text/tokenizer.h"

namespace roformer::head {
struct Description;
class LabelHead;
}  // namespace roformer::head
namespace roformer::pipeline {

class LabelFolder {
 public:
  /// Reads the model, whatever its class. Throws Error as checkpoint::load_model does.
  explicit LabelFolder(const std::filesystem::path& path);

  /// Whether the model is of this head's class.
  bool has(const head::Description& description) const;
  /// The model, in evaluation mode. Throws Error naming both classes where it has another head, and
  /// naming the weights that the folder lacks.
  std::shared_ptr<head::LabelHead> model(const head::Description& description) const;
  text::Tokenizer tokenizer() const { return text::Tokenizer::load(folder_); }
  /// The class of the model, transformers' name for it.
  const std::string& architecture() const { return architecture_; }
  /// "roformer", "bert"
  const std::string& family() const { return family_; }
  /// The folder as it was named, for messages.
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::filesystem::path folder_;
  std::shared_ptr<head::LabelHead> model_;  // null: the head has no labels
  std::string architecture_, family_;
  std::vector<std::string> missing_;
};

/// The names of a head's labels: `given` unless it is empty, else the model's, LABEL_i where there
/// is none. Throws Error for other than as many as there are labels.
std::vector<std::string> label_names_of(const model::HeadConfig& head,
                                        const std::vector<std::string>& given);

}  // namespace roformer::pipeline
