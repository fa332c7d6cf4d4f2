#include "roformer/format/state_dictionary.h"

#include <algorithm>
#include <array>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

constexpr int kMaxLevels = 4;
constexpr std::array<std::string_view, 4> kUsualKeys{"state_dict", "model_state_dict", "model",
                                                     "module"};

bool holds_tensors(const Pickle& pickle, const PickleDictionary& dictionary) {
  return std::any_of(dictionary.items.begin(), dictionary.items.end(), [&](const auto& item) {
    return pickle.get<PickleTensorReference>(item.second) != nullptr &&
           pickle.get<std::string>(item.first) != nullptr;
  });
}

void collect(const Pickle& pickle, const PickleDictionary& dictionary, StateDictionary& result,
             std::string_view name) {
  for (const auto& [key, value] : dictionary.items) {
    const auto* text = pickle.get<std::string>(key);
    const auto* tensor = pickle.get<PickleTensorReference>(value);
    base::require(text != nullptr || tensor == nullptr,
                  "[format] {}: expected tensors under names but got another key", name);
    if (text == nullptr) continue;
    result.tensors.erase(*text);
    if (tensor != nullptr) {
      result.tensors.emplace(*text, tensor->index);
    } else {
      result.others.push_back(*text);
    }
  }
}

using NamedDictionary = std::pair<std::string, PickleId>;

// The dictionaries that are values of `dictionary`, under texts.
std::vector<NamedDictionary> inner_dictionaries(const Pickle& pickle,
                                                const PickleDictionary& dictionary) {
  std::vector<NamedDictionary> found;
  for (const auto& [key, value] : dictionary.items) {
    const auto* text = pickle.get<std::string>(key);
    if (text != nullptr && pickle.get<PickleDictionary>(value) != nullptr)
      found.emplace_back(*text, value);
  }
  return found;
}

// The one of these to go on with.
NamedDictionary choose(const Pickle& pickle, std::vector<NamedDictionary> entries,
                       std::string_view name) {
  for (const std::string_view key : kUsualKeys) {
    const auto found =
        std::find_if(entries.begin(), entries.end(),
                     [&](const NamedDictionary& entry) { return entry.first == key; });
    if (found != entries.end()) return *found;
  }
  std::erase_if(entries, [&](const NamedDictionary& entry) {
    return !holds_tensors(pickle, *pickle.get<PickleDictionary>(entry.second));
  });
  base::require(entries.size() == 1,
                "[format] {}: expected a dictionary of named tensors, or one such within "
                "another, but got {}",
                name, entries.empty() ? "none" : std::to_string(entries.size()));
  return entries.front();
}

}  // namespace

StateDictionary find_state_dictionary(const Pickle& pickle, std::string_view name) {
  StateDictionary result;
  PickleId id = pickle.root;
  for (int level = 0; level < kMaxLevels; ++level) {
    const auto* dictionary = pickle.get<PickleDictionary>(id);
    base::require(dictionary != nullptr,
                  "[format] {}: expected a dictionary of tensors but got another type", name);
    if (holds_tensors(pickle, *dictionary)) {
      collect(pickle, *dictionary, result, name);
      return result;
    }
    const auto entries = inner_dictionaries(pickle, *dictionary);
    if (entries.empty() && level == 0 && dictionary->items.empty()) return result;
    const NamedDictionary next = choose(pickle, entries, name);
    result.inside += (result.inside.empty() ? "" : ".") + next.first;
    id = next.second;
  }
  base::fail("[format] {}: expected named tensors within {} dictionaries but got none", name,
             kMaxLevels);
}

}  // namespace roformer::format
