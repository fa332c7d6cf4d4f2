// What a wrong name was probably meant to be.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::base {

/// Levenshtein's distance: the fewest insertions, deletions and replacements between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The first of the names that are nearest to `name`; none if there are none.
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& names);

/// ", did you mean 'rotary'?" where a name is near enough to be meant; else nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& names);

}  // namespace roformer::base
