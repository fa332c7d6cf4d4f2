// What the recipes of language models have in common: an encoder or decoder of one preset, and text
// from data/. No tensors here.
#pragma once
#include "roformer/data/data_options.h"
#include "roformer/task/kind.h"

namespace roformer::task {

/// Recipe::options are data::DataOptions.
class LanguageKind : public Kind {
 public:
  LanguageKind(std::string_view name, data::DataUse use) : name_(name), use_(use) {}

  std::string_view name() const override { return name_; }
  void read(SectionReader& task, const base::TomlTable& root, Recipe& recipe) const override;
  /// Sizes of the model, and whether a table of positions has room for the longest sequence.
  void validate(const Recipe& recipe) const override;

 protected:
  /// The recipe's text, with the words of a model's folder if one is given; bytes stay bytes.
  static data::DataOptions text_options(const Recipe& recipe,
                                        const std::filesystem::path& vocabulary);

 private:
  std::string_view name_;
  data::DataUse use_;
};

}  // namespace roformer::task
