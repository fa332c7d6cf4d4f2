#include "roformer/cli/option_text.h"

#include <gtest/gtest.h>

#include "roformer/cli/command.h"

namespace roformer::cli {
namespace {

TEST(OptionText, NamesValues) {
  CLI::App app;
  std::string word;
  std::int64_t count = 3;
  double factor = 0.5;
  bool flag = false;
  const CLI::Option* choice =
      app.add_option("--choice", word, "one of two")->check(CLI::IsMember({"b", "a"}));
  EXPECT_EQ(choices_of(*choice), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(value_name(*choice), "b|a");
  const std::map<std::string, int> levels = {{"none", 0}, {"all", 1}};
  int level = 0;
  EXPECT_EQ(
      value_name(*app.add_option("--level", level)->transform(CLI::CheckedTransformer(levels))),
      "all|none");
  EXPECT_EQ(value_name(*add_number(app, "--count", count, "how many", 1, 9)), "N");
  EXPECT_EQ(value_name(*add_number(app, "--factor", factor, "how much", 0, 1)), "X");
  EXPECT_EQ(value_name(*app.add_option("--file", word)->type_name("FILE")), "FILE");
  EXPECT_EQ(value_name(*app.add_flag("--flag", flag)), "");
}

TEST(OptionText, SaysWhatElseHolds) {
  CLI::App app;
  std::string word;
  std::int64_t count = 3;
  bool flag = false;
  CLI::Option* file = app.add_option("--file", word, "where")->required();
  CLI::Option* lower = app.add_flag("--lower", flag, "small letters");
  EXPECT_EQ(full_description(*file), "where (required)");
  const CLI::Option* number =
      add_number(app, "--count", count, "how many", 1, 9)->needs(file)->excludes(lower);
  EXPECT_EQ(full_description(*number), "how many (default: 3); needs --file; not with --lower");
}

TEST(OptionText, ListsOptionsAndCommandsInOrder) {
  CLI::App app;
  std::string word;
  app.add_option("--b", word);
  app.add_option("name", word);
  app.add_option("--a", word);
  app.add_subcommand("second", "");
  app.add_subcommand("first", "");
  std::vector<std::string> names;
  for (const CLI::Option* option : named_options(app)) names.push_back(option->get_name());
  for (const CLI::Option* option : positional_options(app)) names.push_back(option->get_name());
  for (const CLI::App* command : commands_of(app)) names.push_back(command->get_name());
  EXPECT_EQ(names, (std::vector<std::string>{"--help", "--b", "--a", "name", "second", "first"}));
}

}  // namespace
}  // namespace roformer::cli
