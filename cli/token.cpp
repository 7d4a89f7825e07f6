// `reprise token create`: a new token for a principal, written to the principals file as its hash.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/settings.hpp"
#include "http/principals.hpp"

namespace reprise::cli {
namespace {

struct Options {
  std::string file, data, user, workspace = "default", name;
  std::vector<std::string> roles, groups;
  Given given;
  bool json = false;
};

int create(const Options& options) {
  if (options.user.empty()) return report({errc::invalid, "--user must not be empty", {}});
  std::string file = options.file;
  if (file.empty() && options.data.empty()) {
    const auto effective = resolve(options.given, process_environment());
    if (!effective) return report(effective.error());
    file = principals_file(effective->values);
  } else if (file.empty()) {
    file = options.data + "/principals.json";
  }
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
  const auto token =
      http::create_token(file, options.user, options.workspace, options.roles, options.name, options.groups);
  if (!token) return report(token.error());
  if (options.json) {
    std::string out = "{\"token\":";
    append_json_string(out, *token);
    out += ",\"user\":";
    append_json_string(out, options.user);
    out += ",\"workspace\":";
    append_json_string(out, options.workspace);
    out += ",\"principals\":";
    append_json_string(out, file);
    print_out(out + "}\n");
  } else {
    print_out(*token + "\n");
    print_error("reprise: keep it now, it is shown only once; " + file + " holds its hash\n");
  }
  return kOk;
}

}  // namespace

void add_token(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* group = app.add_subcommand("token", "Tokens of those who may use a server");
  group->require_subcommand(1);
  CLI::App* command =
      group->add_subcommand("create", "Make a token and print it; the principals file keeps its hash only");
  command->add_option("--principals", options->file, "the principals file; made when it does not exist")
      ->type_name("FILE");
  command->add_option("--data", options->data, "the server's data folder: its principals.json is the file")
      ->type_name("DIR");
  command->add_option("--config", options->given.config_file, "TOML file of settings that names the principals file");
  command->add_option("--user", options->user, "who the token stands for")->required();
  command->add_option("--workspace", options->workspace, "workspace of the user")->capture_default_str();
  command->add_option("--role", options->roles, "admin (the default), operator, viewer or worker; may be repeated")
      ->delimiter(',')
      ->type_name("ROLE");
  command->add_option("--group", options->groups, "a group of the user that approvals ask for; may be repeated")
      ->delimiter(',')
      ->type_name("GROUP");
  command->add_option("--name", options->name, "what the token is for, for people");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &chosen] { chosen = [options] { return create(*options); }; });
}

}  // namespace reprise::cli
