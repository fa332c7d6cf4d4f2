// Kinds of tasks: all that the reading of recipes, training, evaluation and the studies need of
// one. No tensors here.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/toml_table.h"
#include "roformer/task/recipe.h"

namespace roformer::task {

class Material;

/// What differs between kinds. One of them is one file, with a line in kinds.cpp.
class Kind {
 public:
  virtual ~Kind() = default;

  /// task.kind of recipes.
  virtual std::string_view name() const = 0;

  /// Reads the kind's own keys of [task], then [model] and [data], into `recipe.model` and
  /// `recipe.options`.
  virtual void read(SectionReader& task, const base::TomlTable& root, Recipe& recipe) const = 0;
  /// Whether stages and held-out sequences have a length.
  virtual bool has_length() const { return true; }
  /// Whether the model is one stack of layers, which may learn at rates of their own.
  virtual bool is_one_stack() const { return true; }
  /// The kind's defaults of the sections behind [[stage]], before they are read.
  virtual void set_defaults(Recipe& /*recipe*/) const {}
  /// The kind's own keys of [evaluate].
  virtual void read_evaluate(SectionReader& /*reader*/, Recipe& /*recipe*/) const {}
  /// Throws Error where the recipe does not fit itself.
  virtual void validate(const Recipe& recipe) const = 0;

  /// Commands that use a finished model: {} stands for its folder.
  virtual std::vector<std::string> uses() const = 0;

  /// Opens the recipe's text, with the vocabulary of a model's folder in place of the recipe's if
  /// one is given.
  virtual std::shared_ptr<const Material> open(const Recipe& recipe,
                                               const std::filesystem::path& vocabulary) const = 0;
};

/// Every kind.
std::vector<const Kind*> kinds();

/// The kind of a name, which stands at `where`. Throws Error that lists the names.
const Kind& find_kind(std::string_view name, std::string_view where);

}  // namespace roformer::task
