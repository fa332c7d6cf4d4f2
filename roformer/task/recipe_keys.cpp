#include "roformer/task/recipe_keys.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/task/kind.h"
#include "roformer/task/recipe.h"

namespace roformer::task {
namespace {

// A key of a recipe with its value as TOML; empty: the name of a file.
struct Setting {
  std::string key;
  std::string value;

  bool operator==(const Setting&) const = default;
  std::string in_words() const {
    return value.empty() ? fmt::format("`{}`", key) : fmt::format("`{} = {}`", key, value);
  }
};
using Settings = std::vector<Setting>;

// A recipe that is asked for its keys: what the page says of it, and what it has besides so that
// the rest fits.
struct Probe {
  Settings shown;
  Settings hidden = {};

  std::string in_words() const {
    std::vector<std::string> words;
    for (const Setting& setting : shown) words.push_back(setting.in_words());
    return fmt::format("{}", fmt::join(words, " and "));
  }
  bool sets(const std::string& key) const {
    const auto is_key = [&](const Setting& setting) { return setting.key == key; };
    return std::any_of(shown.begin(), shown.end(), is_key) ||
           std::any_of(hidden.begin(), hidden.end(), is_key);
  }
};

// Probes that differ from `base` in one respect.
struct Group {
  Probe base;
  std::vector<Probe> probes;
};

// A key is the same as another where all that is said of it is, but for the default.
std::string identity(const RecipeKey& key) {
  return fmt::format("{}|{}|{}|{}|{}|{}", key.section, key.key, key.type, key.about,
                     key.range.in_words(), fmt::join(key.one_of, ","));
}

std::string full_name(const RecipeKey& key) {
  const bool listed = key.section.starts_with("[");
  return (listed ? key.section.substr(1, key.section.size() - 2) : key.section) + "." + key.key;
}

std::string recipe_text(const Settings& settings) {
  std::map<std::string, std::string> sections;
  for (const auto& [key, value] : settings) {
    const std::size_t dot = key.find('.');
    sections[key.substr(0, dot)] +=
        fmt::format("{} = {}\n", key.substr(dot + 1), value.empty() ? "\"file\"" : value);
  }
  std::string text;
  for (const auto& [name, lines] : sections) {
    text += fmt::format("[{}]\n{}", name == "stage" ? "[stage]" : name, lines);
  }
  return text;
}

bool has_length(const std::string& kind) {
  return find_kind(kind, "task.kind").has_length();
}

// The keys that a recipe of the kind is asked for with these settings.
std::vector<RecipeKey> keys_of(const std::string& kind, const Probe& probe) {
  Settings settings{{"task.kind", to_toml(kind)}};
  settings.insert(settings.end(), probe.shown.begin(), probe.shown.end());
  settings.insert(settings.end(), probe.hidden.begin(), probe.hidden.end());
  if (!probe.sets("stage.steps") && !probe.sets("stage.epochs"))
    settings.push_back({"stage.steps", "100000"});
  settings.push_back({"stage.batch_tokens", "4096"});
  return parse_recipe(recipe_text(settings), "recipe.toml").resolved.keys();
}

// ---- which probes there are ----

Settings chosen(const char* key, const std::string& name) {
  return {{key, to_toml(name)}};
}

Group one_each(const RecipeKey& key) {
  Group group;
  for (const std::string& name : key.one_of)
    group.probes.push_back({chosen(full_name(key).c_str(), name)});
  return group;
}

const RecipeKey& key_named(const std::vector<RecipeKey>& keys, std::string_view name) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const RecipeKey& key) { return full_name(key) == name; });
  base::require(found != keys.end(), "[recipe] expected a key {}", name);
  return *found;
}

Group linear_attention() {
  const Setting linear{"model.attention", "\"linear\""};
  const Setting no_dropout{"model.attention_probs_dropout_prob", "0.0"};
  const Setting none{"model.position_encoding", "\"none\""};
  const Setting rotary{"model.position_encoding", "\"rotary\""};
  const Setting favor{"model.feature_map", "\"favor\""}, relu{"model.feature_map", "\"relu\""};
  return {.base = {{}, {none}},
          .probes = {{{linear}, {none, no_dropout}},
                     {{linear, rotary}, {no_dropout}},
                     {{linear, favor}, {none, no_dropout}},
                     {{linear, relu}, {none, no_dropout}}}};
}

Group bytes() {
  return {.base = {}, .probes = {{{{"data.vocabulary", "\"bytes\""}}}}};
}

Group files_of_parts() {
  return {.base = {}, .probes = {{{{"data.validation_text", ""}}}, {{{"data.test_text", ""}}}}};
}

Group glue_files() {
  return {.base = {}, .probes = {{{{"data.glue", "\"MRPC\""}}}, {{{"data.pairs", "\"LCQMC\""}}}}};
}

// Losses of sentence encoders, which have keys of their own.
Group embedding_losses() {
  return {.base = {}, .probes = {{chosen("task.loss", "cosine")}}};
}

Group labelled_files() {
  return {.base = {}, .probes = {{{{"data.validation", ""}}}, {{{"data.test", ""}}}}};
}

Group rotations() {
  return {.base = {}, .probes = {{{{"data.folds", "5"}}}}};
}

Group pairs_of_lines() {
  const Setting codes{"data.codes", ""}, words{"data.vocabulary", ""};
  return {.base = {},
          .probes = {{{{"data.pairs", ""}}},
                     {{{"data.validation_source", ""}}, {{"data.validation_target", ""}}},
                     {{{"data.test_source", ""}}, {{"data.test_target", ""}}},
                     {{words}},
                     {{codes}},
                     {{codes, words}}}};
}

// Other keys whose defaults follow these.
Group followed(const std::string& kind) {
  Group group{.base = {}, .probes = {{{{"model.hidden_size", "1536"}}}}};
  group.probes.push_back({{{"stage.steps", "1000"}}});
  group.probes.push_back({{{"stage.epochs", "1"}}});
  group.probes.push_back({{{"evaluate.patience", "1"}}});
  if (has_length(kind)) group.probes.push_back({{{"stage.length", "256"}}});
  return group;
}

// ---- what they say ----

struct Row {
  RecipeKey key;
  std::string fallback;   // the default, in words
  std::string condition;  // where it has an effect, if that is not everywhere
  std::string encodings;  // those that have it, if not all
};

// Conditions in words, without those that another is a part of.
std::string any_of_them(const std::vector<Probe>& probes) {
  std::vector<std::string> words;
  for (const Probe& probe : probes) {
    const bool narrower = std::any_of(probes.begin(), probes.end(), [&](const Probe& other) {
      return other.shown.size() < probe.shown.size() &&
             std::all_of(other.shown.begin(), other.shown.end(), [&](const Setting& setting) {
               return std::find(probe.shown.begin(), probe.shown.end(), setting) !=
                      probe.shown.end();
             });
    });
    if (!narrower) words.push_back(probe.in_words());
  }
  return fmt::format("{}", fmt::join(words, " or "));
}

std::string default_in_words(const RecipeKey& key) {
  if (key.default_value == to_toml(base::default_cache_folder().string()))
    return "`$XDG_CACHE_HOME/roformer`, else `~/.cache/roformer`";
  return fmt::format("`{}`", key.default_value);
}

// The answers of a kind to one probe.
struct Answer {
  Answer(Probe asked, std::vector<RecipeKey> answered)
      : probe(std::move(asked)), keys(std::move(answered)) {
    for (const RecipeKey& key : keys) by_identity.emplace(identity(key), key);
  }
  const RecipeKey* find(const std::string& id) const {
    const auto found = by_identity.find(id);
    return found == by_identity.end() ? nullptr : &found->second;
  }

  Probe probe;
  std::vector<RecipeKey> keys;
  std::map<std::string, RecipeKey> by_identity;
};

struct Answers {
  Answer base;
  std::vector<Answer> probes;
};

Answers ask(const std::string& kind, const Group& group) {
  Answers answers{Answer(group.base, keys_of(kind, group.base)), {}};
  for (const Probe& probe : group.probes) answers.probes.emplace_back(probe, keys_of(kind, probe));
  return answers;
}

// All keys of a kind, those of a section together.
class KindKeys {
 public:
  explicit KindKeys(std::string kind)
      : kind_(std::move(kind)), plain_(keys_of(kind_, {})), followed_(ask(kind_, followed(kind_))) {
    const RecipeKey& encodings = key_named(plain_, "model.position_encoding");
    groups_.push_back(ask(kind_, one_each(encodings)));
    for (const Group& group : {linear_attention(), files_of_parts(), glue_files(), labelled_files(),
                               embedding_losses(), rotations(), pairs_of_lines(), bytes()})
      if (reads(group)) groups_.push_back(ask(kind_, group));
    for (const RecipeKey& key : plain_) insert(key);
    for (const Answers& group : groups_) {
      for (const Answer& answer : group.probes) {
        for (const RecipeKey& key : answer.keys) insert(key);
      }
    }
  }

  const std::string& kind() const { return kind_; }
  const std::vector<RecipeKey>& plain() const { return plain_; }

  std::vector<Row> rows() const {
    std::vector<Row> rows;
    for (const RecipeKey& key : keys_) rows.push_back(row(key));
    return rows;
  }

 private:
  // Whether the kind has recipes of this sort.
  bool reads(const Group& group) const try {
    keys_of(kind_, group.probes.front());
    return true;
  } catch (const Error&) {
    return false;
  }

  // Behind the last key of its section.
  void insert(const RecipeKey& key) {
    if (!known_.insert(identity(key)).second) return;
    const auto last = std::find_if(keys_.rbegin(), keys_.rend(), [&](const RecipeKey& other) {
      return other.section == key.section;
    });
    keys_.insert(last == keys_.rend() ? keys_.end() : last.base(), key);
  }

  Row row(const RecipeKey& key) const {
    Row row{key, default_in_words(key), "", encodings(key)};
    if (!row.encodings.empty()) return row;
    for (const Answers& group : groups_) {
      row.condition = condition(key, group);
      if (!row.condition.empty()) break;
    }
    for (const Answers& group : groups_) row.fallback += other_defaults(key, group);
    for (const Answer& answer : followed_.probes) {
      const RecipeKey* found = answer.find(identity(key));
      if (found != nullptr && found->default_value != key.default_value)
        row.fallback += fmt::format("; follows `{}`", answer.probe.shown.front().key);
    }
    return row;
  }

  // Names of the encodings that have the key; empty: all have it, or none.
  std::string encodings(const RecipeKey& key) const {
    const auto& probes = groups_.front().probes;
    std::vector<std::string> names;
    for (const Answer& answer : probes) {
      if (answer.find(identity(key)) != nullptr) names.push_back(answer.probe.shown.front().value);
    }
    if (names.size() == probes.size()) names.clear();
    std::string text = fmt::format("{}", fmt::join(names, ", "));
    std::erase(text, '"');
    return text;
  }

  static std::string condition(const RecipeKey& key, const Answers& group) {
    std::vector<Probe> with, without;
    for (const Answer& answer : group.probes)
      (answer.find(identity(key)) != nullptr ? with : without).push_back(answer.probe);
    const bool usual = group.base.find(identity(key)) != nullptr;
    if (usual ? without.empty() : with.empty()) return "";
    return usual ? "not with " + any_of_them(without) : "only with " + any_of_them(with);
  }

  // Where a default is another one.
  static std::string other_defaults(const RecipeKey& key, const Answers& group) {
    std::string words;
    const RecipeKey* usual = group.base.find(identity(key));
    for (const Answer& answer : group.probes) {
      const RecipeKey* found = answer.find(identity(key));
      if (usual == nullptr || found == nullptr || answer.probe.sets(full_name(key))) continue;
      if (found->default_value != usual->default_value)
        words += fmt::format("; `{}` with {}", found->default_value, answer.probe.in_words());
    }
    return words;
  }

  std::string kind_;
  std::vector<RecipeKey> plain_;
  Answers followed_;
  std::vector<Answers> groups_;
  std::vector<RecipeKey> keys_;
  std::set<std::string> known_;  // their identities
};

// ---- how it is printed ----

std::string in_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.insert(at, "\\");
  return text;
}

std::string allowed(const RecipeKey& key) {
  std::vector<std::string> names;
  for (const std::string& name : key.one_of) names.push_back("`" + name + "`");
  if (!names.empty()) return fmt::format("{}", fmt::join(names, ", "));
  const base::Range any;
  if (key.range.least == any.least && key.range.most == any.most) return "";
  base::Range range = key.range;
  range.most = std::stod(fmt::format("{:.8g}", range.most));  // a bound has room for rounding
  return range.in_words();
}

constexpr const char* kTableHead =
    "| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n";

std::string line_of(const Row& row) {
  const std::string about =
      row.key.about + (row.condition.empty() ? "" : fmt::format(" ({})", row.condition));
  return fmt::format("| `{}` | {} | {} | {} | {} |\n", full_name(row.key), row.key.type,
                     in_cell(row.fallback), in_cell(allowed(row.key)), in_cell(about));
}

std::string section_title(const std::string& section) {
  return fmt::format("\n### [{}]\n\n{}", section, kTableHead);
}

std::string kind_chapter(const KindKeys& kind) {
  std::string page = fmt::format("\n## task.kind = \"{}\"\n", kind.kind());
  std::string section;
  for (const Row& row : kind.rows()) {
    if (!row.encodings.empty()) continue;
    if (row.key.section != section) page += section_title(row.key.section);
    section = row.key.section;
    page += line_of(row);
  }
  return page;
}

// Keys whose defaults hang on the preset, a column each.
std::string preset_table(const std::string& kind, const RecipeKey& preset) {
  const Answers answers = ask(kind, one_each(preset));
  std::string head = "\n| key |", line = "|---|", page;
  for (const std::string& name : preset.one_of) {
    head += fmt::format(" {} |", name);
    line += "---|";
  }
  for (const RecipeKey& key : answers.base.keys) {
    std::string cells;
    bool differs = false, is_everywhere = key.key != "preset";
    for (const Answer& answer : answers.probes) {
      const RecipeKey* found = answer.find(identity(key));
      is_everywhere = is_everywhere && found != nullptr;
      if (!is_everywhere) break;
      differs = differs || found->default_value != key.default_value;
      cells += fmt::format(" `{}` |", found->default_value);
    }
    if (is_everywhere && differs) page += fmt::format("| `{}` |{}\n", full_name(key), cells);
  }
  return head + "\n" + line + "\n" + page;
}

std::string preset_chapter(const std::vector<KindKeys>& kinds) {
  std::string page = "\n## Presets\n\nWhat `model.preset` changes of the defaults.\n";
  std::vector<std::vector<std::string>> seen;
  for (const KindKeys& kind : kinds) {
    const RecipeKey& preset = key_named(kind.plain(), "model.preset");
    if (std::find(seen.begin(), seen.end(), preset.one_of) != seen.end()) continue;
    seen.push_back(preset.one_of);
    page += preset_table(kind.kind(), preset);
  }
  return page;
}

// The same keys for all kinds; a default that is another for one of them is named.
std::string encoding_chapter(const std::vector<KindKeys>& kinds) {
  std::vector<Row> rows;
  for (const KindKeys& kind : kinds) {
    for (const Row& row : kind.rows()) {
      if (row.encodings.empty()) continue;
      const auto same = std::find_if(rows.begin(), rows.end(), [&](const Row& other) {
        return identity(other.key) == identity(row.key);
      });
      if (same == rows.end()) {
        rows.push_back(row);
      } else if (same->key.default_value != row.key.default_value) {
        same->fallback += fmt::format("; `{}` with `task.kind = {}`", row.key.default_value,
                                      to_toml(kind.kind()));
      }
    }
  }
  std::string page =
      "\n## Options of position encodings\n\nIn [model], of every kind; each only with the "
      "`model.position_encoding` of its first column.\n\n"
      "| encoding | key | type | default | allowed | meaning |\n|---|---|---|---|---|---|\n";
  for (const Row& row : rows) page += fmt::format("| {} {}", row.encodings, line_of(row));
  return page;
}

constexpr const char* kIntroduction =
    "# Every key of a recipe\n\n"
    "```sh\n"
    "roformer manual --recipe-keys   # prints this page, which is never written by hand\n"
    "```\n\n"
    "A recipe is a TOML file; [training.md](training.md) says how to write one. A key that is "
    "not given has its default; an unknown key is an error, and so is one that has no effect "
    "beside the others. `--set section.key=value` changes a key on the command line, "
    "`stage.0.steps` that of the first `[[stage]]`; keys of the file that a change leaves without "
    "effect are left out, with a line that says so. Defaults of [model] are those of the preset; "
    "where a publication states a default, the meaning names it: paper is Su et al. 2021, BERT is "
    "Devlin et al. 2019.\n";

}  // namespace

std::string recipe_keys_page() {
  std::vector<KindKeys> described;
  for (const Kind* kind : kinds()) described.emplace_back(std::string(kind->name()));
  std::string page = kIntroduction;
  for (const KindKeys& kind : described) page += kind_chapter(kind);
  return page + preset_chapter(described) + encoding_chapter(described);
}

}  // namespace roformer::task
