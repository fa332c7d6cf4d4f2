// Typed reads over toml++. What has been asked for is kept per section in one place shared by all
// views of a document, so several readers of one section know each other's keys.
#include "roformer/base/toml_table.h"

// toml++ 3.3 aborts at "[/" and the like (found by fuzzing): an Error instead.
#include "roformer/base/error.h"
#define TOML_ASSERT(condition)           \
  (static_cast<bool>(condition) ? void() \
                                : ::roformer::base::fail("[recipe] expected a name after ["))
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include "roformer/base/file.h"
#include "roformer/base/nearest_name.h"
#include "roformer/base/toml_text.h"

namespace roformer::base {

// A parsed document, its name, and the keys asked for in each of its sections.
struct TomlDocument {
  std::string name;
  toml::table root;
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> asked;
  std::vector<std::string> left_out = {};
};

namespace {

toml::table parse_toml(std::string_view text, std::string_view name) {
  require_plain_toml(text, name);
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    fail("[base] expected TOML in {}:{} (column {}) but got: {}", name, error.source().begin.line,
         error.source().begin.column, error.description());
  }
}

std::string_view type_name(const toml::node& node) {
  // In the order of toml::node_type.
  constexpr std::string_view names[] = {"nothing",  "a table",    "an array",
                                        "a string", "an integer", "a number with a fraction",
                                        "a boolean"};
  const auto type = static_cast<std::size_t>(node.type());
  return type < std::size(names) ? names[type] : "a date or time";
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The value of a change as a table {value = …}: TOML where it parses, else a bare string.
toml::table parse_change_value(std::string_view text, std::string_view change) {
  toml::table bare;
  bare.insert("value", std::string(text));
  const std::string assignment = fmt::format("value = {}", text);
  if (find_toml_flaw(assignment)) return bare;  // no TOML
  try {
    toml::table parsed = toml::parse(assignment);
    const toml::node* value = parsed.get("value");
    const bool date = value->is_date() || value->is_time() || value->is_date_time();
    if (parsed.size() == 1 && !date) return parsed;
  } catch (const toml::parse_error& error) {
    // Something that begins like a TOML string, array or table was meant as one.
    require(text.empty() || std::string_view("\"'[{").find(text.front()) == std::string_view::npos,
            "[base] expected a TOML value in the change '{}' but got: {} (quote a plain string: "
            "key='\"…\"')",
            change, error.description());
  }
  return bare;
}

constexpr std::size_t most_change_parts = 32;

std::vector<std::string> split_path(std::string_view path, std::string_view change) {
  std::vector<std::string> parts;
  while (true) {
    const auto dot = path.find('.');
    parts.emplace_back(trimmed(path.substr(0, dot)));
    require(!parts.back().empty(), "[base] expected a change section.key=value but got '{}'",
            change);
    if (dot == std::string_view::npos) return parts;
    require(parts.size() < most_change_parts, "[base] expected a change of at most {} parts",
            most_change_parts);
    path.remove_prefix(dot + 1);
  }
}

// Only what was parsed with the document has a line there: toml++ copies none with a value.
bool is_a_change(const toml::node& node) {
  return node.source().begin.line == 0;
}

bool has_a_change(const toml::table* table) {
  return table != nullptr && std::any_of(table->begin(), table->end(), [](const auto& entry) {
           return is_a_change(entry.second);
         });
}

// The element of `array` that `part` numbers.
std::size_t array_index(const toml::array& array, const std::string& part,
                        std::string_view change) {
  const bool digits = part.size() < 10 && part.find_first_not_of("0123456789") == std::string::npos;
  require(digits && std::stoul(part) < array.size(),
          "[base] expected one of the {} elements 0, 1, … in the change '{}' but got '{}'",
          array.size(), change, part);
  return std::stoul(part);
}

// One step down a change's path; tables that are not there yet are made.
toml::node& descend(toml::node& node, const std::string& part, std::string_view change) {
  if (auto* table = node.as_table()) {
    if (!table->contains(part)) table->insert(part, toml::table{});
    return *table->get(part);
  }
  auto* array = node.as_array();
  require(array != nullptr,
          "[base] cannot apply the change '{}': above '{}' stands {}, not a table", change, part,
          type_name(node));
  return *array->get(array_index(*array, part, change));
}

void apply_change(toml::table& root, std::string_view change) {
  const auto equals = change.find('=');
  require(equals != std::string_view::npos,
          "[base] expected a change section.key=value but got '{}'", change);
  auto path = split_path(change.substr(0, equals), change);
  toml::table holder = parse_change_value(trimmed(change.substr(equals + 1)), change);
  toml::node& value = *holder.get("value");
  const std::string key = path.back();
  path.pop_back();

  toml::node* parent = &root;
  for (const auto& part : path) parent = &descend(*parent, part, change);
  value.visit([&](auto& typed) {
    if (auto* table = parent->as_table()) {
      table->insert_or_assign(key, typed);
      return;
    }
    auto* array = parent->as_array();
    require(array != nullptr,
            "[base] cannot apply the change '{}': above '{}' stands {}, not a table", change, key,
            type_name(*parent));
    array->replace(array->cbegin() + static_cast<std::ptrdiff_t>(array_index(*array, key, change)),
                   typed);
  });
}

std::string suggestion(std::string_view key, const std::set<std::string, std::less<>>& known) {
  if (known.empty()) return "no keys are known here";
  const std::vector<std::string> names(known.begin(), known.end());
  const std::string meant = did_you_mean(key, names);
  if (!meant.empty()) return meant.substr(2);
  return fmt::format("nearest is '{}'; known keys: {}", *nearest_name(key, names),
                     fmt::join(known, ", "));
}

}  // namespace

struct TomlTable::State {
  std::shared_ptr<TomlDocument> document;
  const toml::table* node = nullptr;  // null: an absent table
  std::string path;                   // "model", "stage.0"; empty for the whole document

  const toml::node* find(std::string_view key) const {
    document->asked[path].emplace(key);
    return node == nullptr ? nullptr : node->get(key);
  }

  std::string path_of(std::string_view key) const {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
  }
};

TomlTable::TomlTable(std::unique_ptr<State> state) : state_(std::move(state)) {}
TomlTable::TomlTable(TomlTable&&) noexcept = default;
TomlTable& TomlTable::operator=(TomlTable&&) noexcept = default;
TomlTable::~TomlTable() = default;

TomlTable TomlTable::parse(std::string_view text, std::string_view name,
                           const std::vector<std::string>& changes) {
  auto document = std::make_shared<TomlDocument>();
  document->name = name;
  document->root = parse_toml(text, name);
  for (const auto& change : changes) apply_change(document->root, change);
  const auto* root = &document->root;
  return TomlTable(std::make_unique<State>(State{std::move(document), root, ""}));
}

TomlTable TomlTable::parse_file(const std::filesystem::path& path,
                                const std::vector<std::string>& changes) {
  return parse(read_file(path), path.string(), changes);
}

bool TomlTable::has(std::string_view key) const {
  return state_->find(key) != nullptr;
}

// What a change put there has no line. Messages ask for keys that nobody knows too: not find().
bool TomlTable::is_changed(std::string_view key) const {
  const auto* node = state_->node == nullptr ? nullptr : state_->node->get(key);
  return node != nullptr && is_a_change(*node);
}

bool TomlTable::get(std::string_view key, bool fallback) const {
  const auto* node = state_->find(key);
  if (node == nullptr) return fallback;
  require(node->is_boolean(), "[base] {}: expected true or false but got {}", where(key),
          type_name(*node));
  return node->as_boolean()->get();
}

std::int64_t TomlTable::get(std::string_view key, std::int64_t fallback) const {
  const auto* node = state_->find(key);
  if (node == nullptr) return fallback;
  if (node->is_integer()) return node->as_integer()->get();
  require(node->is_floating_point(), "[base] {}: expected an integer but got {}", where(key),
          type_name(*node));
  // 1e5 is a float to TOML; whoever writes it for a number of steps means the integer.
  const double value = node->as_floating_point()->get();
  require(std::abs(value) <= 0x1p53 && std::floor(value) == value,
          "[base] {}: expected an integer but got {}", where(key), value);
  return static_cast<std::int64_t>(value);
}

int TomlTable::get(std::string_view key, int fallback) const {
  const std::int64_t value = get(key, std::int64_t{fallback});
  require(value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max(),
          "[base] {}: expected an integer of 32 bits but got {}", where(key), value);
  return static_cast<int>(value);
}

double TomlTable::get(std::string_view key, double fallback) const {
  const auto* node = state_->find(key);
  if (node == nullptr) return fallback;
  if (node->is_integer()) return static_cast<double>(node->as_integer()->get());
  require(node->is_floating_point(), "[base] {}: expected a number but got {}", where(key),
          type_name(*node));
  return node->as_floating_point()->get();
}

std::string TomlTable::get(std::string_view key, std::string_view fallback) const {
  const auto* node = state_->find(key);
  if (node == nullptr) return std::string(fallback);
  require(
      node->is_string(), "[base] {}: expected a string but got {}{}", where(key), type_name(*node),
      node->is_integer() ? fmt::format("; in quotes it is one: \"{}\"", node->as_integer()->get())
                         : "");
  return node->as_string()->get();
}

std::vector<std::string> TomlTable::get_strings(std::string_view key,
                                                std::vector<std::string> fallback) const {
  const auto* node = state_->find(key);
  if (node == nullptr) return fallback;
  if (node->is_string()) return {node->as_string()->get()};
  require(node->is_array(), "[base] {}: expected a string or an array of strings but got {}",
          where(key), type_name(*node));
  std::vector<std::string> strings;
  for (const auto& element : *node->as_array()) {
    require(element.is_string(), "[base] {}: expected an array of strings but one element is {}",
            where(key), type_name(element));
    strings.push_back(element.as_string()->get());
  }
  return strings;
}

std::vector<double> TomlTable::get_numbers(std::string_view key,
                                           std::vector<double> fallback) const {
  const auto* node = state_->find(key);
  if (node == nullptr) return fallback;
  require(node->is_array(), "[base] {}: expected an array of numbers but got {}", where(key),
          type_name(*node));
  std::vector<double> numbers;
  for (const auto& element : *node->as_array()) {
    const auto number = element.value<double>();
    require(number.has_value(), "[base] {}: expected an array of numbers but one element is {}",
            where(key), type_name(element));
    numbers.push_back(*number);
  }
  return numbers;
}

std::uint64_t TomlTable::get_unsigned(std::string_view key, std::uint64_t fallback) const {
  const std::int64_t value = get(key, static_cast<std::int64_t>(fallback));
  require(value >= 0, "[base] {}: expected at least 0 but got {}", where(key), value);
  return static_cast<std::uint64_t>(value);
}

std::string TomlTable::place_of(std::string_view room, std::string_view key) const {
  return fmt::format("[{}] {}:", room, where(key));
}

void TomlTable::refuse_without_effect(std::string_view room, std::string_view key,
                                      std::string_view why) const {
  const toml::node* node = state_->find(key);
  if (node == nullptr) return;
  TomlDocument& document = *state_->document;
  const bool may_follow_from_a_change =
      has_a_change(state_->node) || has_a_change(document.root["task"].as_table());
  require(!is_a_change(*node) && may_follow_from_a_change, "{} {}", place_of(room, key), why);
  document.left_out.push_back(
      fmt::format("{} is left out, since a --set leaves it without effect: {}", where(key), why));
}

const std::vector<std::string>& TomlTable::left_out() const {
  return state_->document->left_out;
}

TomlTable TomlTable::table(std::string_view key) const {
  const auto* node = state_->find(key);
  require(node == nullptr || node->is_table(), "[base] {}: expected a table but got {}", where(key),
          node == nullptr ? "" : type_name(*node));
  return TomlTable(std::make_unique<State>(
      State{state_->document, node == nullptr ? nullptr : node->as_table(), state_->path_of(key)}));
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
  std::vector<TomlTable> tables;
  const auto* node = state_->find(key);
  if (node == nullptr) return tables;
  require(node->is_array(), "[base] {}: expected [[{}]] but got {}", where(key), key,
          type_name(*node));
  for (const auto& element : *node->as_array()) {
    require(element.is_table(), "[base] {}: expected [[{}]] but one element is {}", where(key), key,
            type_name(element));
    const auto path = fmt::format("{}.{}", state_->path_of(key), tables.size());
    tables.push_back(
        TomlTable(std::make_unique<State>(State{state_->document, element.as_table(), path})));
  }
  return tables;
}

void TomlTable::reject_unknown_keys() const {
  if (state_->node == nullptr) return;
  const auto& known = state_->document->asked[state_->path];
  for (const auto& [key, value] : *state_->node) {
    require(known.contains(key.str()), "[base] {}: unknown key; {}", where(key.str()),
            suggestion(key.str(), known));
  }
}

std::string TomlTable::where(std::string_view key) const {
  const auto section =
      state_->path.empty() ? std::string(key) : fmt::format("[{}] {}", state_->path, key);
  const auto* node = state_->node == nullptr ? nullptr : state_->node->get(key);
  if (node == nullptr) return fmt::format("{} {}", state_->document->name, section);
  if (is_a_change(*node))
    return fmt::format("{} (changed by --set) {}", state_->document->name, section);
  return fmt::format("{}:{} {}", state_->document->name, node->source().begin.line, section);
}

std::string TomlTable::to_string() const {
  if (state_->node == nullptr) return {};
  std::ostringstream text;
  text << toml::toml_formatter(*state_->node);
  return text.str();
}

}  // namespace roformer::base
