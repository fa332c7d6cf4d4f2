#include "roformer/parallel/parallel_options.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"

namespace roformer::parallel {
namespace {

using base::require;

void require_two_sides(const base::TomlTable& table, const std::vector<std::string>& source,
                       const std::vector<std::string>& target, const char* source_key,
                       const char* target_key) {
  require(source.size() == target.size(),
          "[data] {}: expected as many files as in data.{}, {}, but got {}",
          table.where(target_key), source_key, source.size(), target.size());
}

}  // namespace

bool ParallelOptions::is_apt() const {
  return target.empty() && source == std::vector<std::string>{"apt"};
}

ParallelOptions read_parallel_options(const base::TomlTable& table) {
  ParallelOptions options;
  options.cache = base::default_cache_folder();
  table.read("pairs", options.pairs);
  if (!options.pairs.empty()) options.source.clear();  // no apt beside them unless it is asked for
  for_each_option(options, [&](const base::Option& option, auto& value) {
    table.read_option("data", option, value);
  });
  table.reject_unknown_keys();
  const auto& o = options;
  require(!o.source.empty() || !o.pairs.empty(),
          "[data] {}: expected files or \"apt\" but got none", table.where("source"));
  require(!o.is_apt() || o.source_language != o.target_language,
          "[data] {}: expected two languages but got {} twice", table.where("target_language"),
          o.target_language);
  if (!o.is_apt()) require_two_sides(table, o.source, o.target, "source", "target");
  require_two_sides(table, o.validation_source, o.validation_target, "validation_source",
                    "validation_target");
  require_two_sides(table, o.test_source, o.test_target, "test_source", "test_target");
  require(o.max_ratio == 0 || o.max_ratio >= 1,
          "[data] {}: expected 0 (any) or a ratio of 1 or more but got {}",
          table.where("max_ratio"), o.max_ratio);
  if (!o.validation_source.empty()) options.validation_share = 0;
  if (!o.test_source.empty()) options.test_share = 0;
  return options;
}

}  // namespace roformer::parallel
