#include "roformer/base/hub_name.h"

#include <gtest/gtest.h>

namespace roformer::base {
namespace {

TEST(HubName, SaysHowToGetTheFolder) {
  const std::string hint = hub_hint("google-bert/bert-base-uncased");
  EXPECT_NE(hint.find("nothing is downloaded here"), hint.npos);
  EXPECT_NE(hint.find("hf download google-bert/bert-base-uncased --local-dir bert-base-uncased"),
            hint.npos);
  EXPECT_FALSE(hub_hint("junnyu/roformer_chinese_base").empty());
}

TEST(HubName, OtherPathsAreNone) {
  for (const char* path : {"", "/no/such", "no/such/folder", "./model", "../model", "x/",
                           "two words/model", "x/model.safetensors", "x/vocab.txt", "x/.hidden"})
    EXPECT_EQ(hub_hint(path), "") << path;
}

TEST(HubName, ANameAloneMayBeOneToo) {
  EXPECT_EQ(hub_hint("bert-base-uncased"), "; nothing is downloaded here");
  EXPECT_EQ(hub_hint("vocab.txt"), "");
}

TEST(HubName, NorWhatShouldLieInAFolderThatIsThere) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path("/");
  EXPECT_EQ(hub_hint("tmp/no-such-model-here"), "");
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace roformer::base
