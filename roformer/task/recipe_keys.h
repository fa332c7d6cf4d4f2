// Every key that a recipe may have, as a page: docs/recipe-keys.md.
#pragma once
#include <string>

namespace roformer::task {

/// Markdown: for each kind of task the keys of each section with type, default, allowed values and
/// meaning; the options of position encodings once, for all kinds. Recipes of each kind, with each
/// position encoding and so on, are read, and what was asked of them is what is printed.
std::string recipe_keys_page();

}  // namespace roformer::task
