"""Ratings: tools by the names frameworks give them, models, and other agents. PURE.

LangChain's layer sends langchain.tool.<tool>; MCP tools come as mcp.<server>.<tool>, with the servers the protocol's
authors publish rated by name.
"""

from __future__ import annotations

from governance.default_action_types.rating import Rating as _R


def _each(prefix: str, tools: str) -> str:
    return " ".join(f"{prefix}.{tool}" for tool in tools.split())


# fmt: off
RATINGS: tuple[_R, ...] = (
    # LangChain
    _R("langchain.tool.calculator", "low", "N/L/L/N/U/N/L/N", "", "AU-2", "yes", "record",
       "Computes."),
    _R(_each("langchain.tool", "wikipedia arxiv pub_med wolfram_alpha google_search google_search_results_json"
             " google_serper duckduckgo_search duckduckgo_results_json tavily_search tavily_search_results_json"),
       "low", "N/L/L/N/U/L/N/N", "AML.T0053 ASI01", "AC-4 AU-2", "yes", "outside",
       "Looks something up outside; the question leaves our hands."),
    _R(_each("langchain.tool", "requests_get navigate_browser extract_text extract_hyperlinks get_elements"
             " current_webpage previous_webpage"),
       "medium", "N/L/L/R/U/L/L/N", "AML.T0051 ASI01", "AC-4 SC-7 SI-10", "yes", "outside",
       "Brings in a stranger's words, which may try to steer the agent."),
    _R(_each("langchain.tool", "requests_post requests_put requests_patch"), "high", "N/L/L/N/C/L/L/N", "AML.T0086",
       "AC-4 SC-7", "no", "outside",
       "Sends something to an address; a copy cannot be called back."),
    _R("langchain.tool.requests_delete", "high", "N/L/L/N/U/N/H/H", "AML.T0101", "AC-20 SI-12", "no", "outside",
       "Removes something in another system."),
    _R("langchain.tool.click_element", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI02", "AC-3 AC-20", "unknown",
       "outside", "Presses what is on the page; what that sets off is not visible from here.", 10.0),
    _R("langchain.tool.terminal", "critical", "L/L/L/N/C/H/H/H", "T1059 AML.T0053 ASI05", "CM-7 SI-10 SC-39", "unknown",
       "system", "Runs commands; it can do whatever the account can."),
    _R(_each("langchain.tool", "python_repl python_repl_ast"), "critical", "L/L/L/N/C/H/H/H",
       "T1059.006 AML.T0053 ASI05", "CM-7 SI-10 SC-39", "unknown", "system",
       "Runs code composed at run time; it can do whatever the process can."),
    _R(_each("langchain.tool", "sql_db_list_tables sql_db_schema sql_db_query_checker"), "low", "N/L/L/N/U/L/N/N",
       "T1213.006", "AC-3 AU-2", "yes", "records",
       "Looks at how the database is made, not at what it holds."),
    _R("langchain.tool.sql_db_query", "medium", "N/L/L/N/U/L/L/L", "T1213.006 ASI02", "AC-3 SI-10 AU-2", "unknown",
       "records", "Runs whatever statement it is given; that it only reads is a hope.", 10.0),
    _R(_each("langchain.tool", "read_file list_directory file_search"), "low", "L/L/L/N/U/L/N/N", "T1005", "AC-3 AU-2",
       "yes", "record", "Reads files and changes nothing."),
    _R(_each("langchain.tool", "write_file copy_file move_file"), "medium", "L/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7",
       "partly", "record", "Writes a file; what was there before may be gone."),
    _R("langchain.tool.file_delete", "high", "L/L/L/N/U/N/H/H", "T1485", "AC-3 CP-9 SI-12", "no", "record",
       "Removes a file; only a backup brings it back."),
    _R(_each("langchain.tool", "search_gmail get_gmail_message get_gmail_thread"), "medium", "N/L/L/N/U/H/N/N",
       "T1114 ASI01", "AC-3 AC-6", "yes", "records",
       "Reads correspondence; strangers' words come in with it."),
    _R("langchain.tool.create_gmail_draft", "low", "N/L/L/R/U/N/L/N", "AML.T0086", "AC-4 AU-2", "yes", "record",
       "Writes what somebody still has to send."),
    _R("langchain.tool.send_gmail_message", "medium", "N/L/L/R/U/L/L/N", "AML.T0086 ASI09", "AC-4 SC-8", "no",
       "outside", "Writes to people in the organisation's name; sent stays sent."),
    _R("langchain.tool.*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI02", "AC-3 CM-7 AU-2", "unknown", "unknown",
       "A tool nobody has rated yet.", 10.0),
    _R("langchain.*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI02", "AC-3 CM-7 AU-2", "unknown", "unknown",
       "A step of LangChain nobody has rated yet.", 10.0),

    # MCP servers
    _R("mcp.list_tools mcp.list_resources mcp.list_prompts mcp.resource.read mcp.time.*", "low", "N/L/L/N/U/L/N/N",
       "AML.T0085", "AC-3 AU-2", "yes", "records",
       "Asks an MCP server what it has and changes nothing."),
    _R(_each("mcp.filesystem", "read_file read_text_file read_media_file read_multiple_files list_directory"
             " list_directory_with_sizes directory_tree search_files get_file_info list_allowed_directories"),
       "low", "L/L/L/N/U/L/N/N", "T1005", "AC-3 AU-2", "yes", "records",
       "Reads files and changes nothing."),
    _R(_each("mcp.filesystem", "write_file edit_file create_directory move_file"), "medium", "L/L/L/N/U/N/H/L",
       "T1565.001", "AC-3 SI-7", "partly", "record",
       "Writes a file; what was there before may be gone."),
    _R("mcp.filesystem.*", "medium", "L/L/L/N/U/L/L/L", "T1005 ASI02", "AC-3 AU-2", "unknown", "record",
       "A file operation nobody has rated yet.", 10.0),
    _R("mcp.fetch.fetch", "medium", "N/L/L/R/U/L/L/N", "AML.T0051 ASI01", "AC-4 SC-7 SI-10", "yes", "outside",
       "Brings in a stranger's words, which may try to steer the agent."),
    _R(_each("mcp.git", "git_status git_diff git_diff_unstaged git_diff_staged git_log git_show"), "low",
       "L/L/L/N/U/L/N/N", "T1213", "AC-3 AU-2", "yes", "records",
       "Reads source code and changes nothing."),
    _R("mcp.git.*", "high", "N/L/L/N/U/L/H/L", "T1195.002 ASI04", "CM-3 CM-5 SA-10", "partly", "system",
       "Changes a repository."),
    _R(_each("mcp.memory", "read_graph search_nodes open_nodes"), "low", "L/L/L/N/U/L/N/N", "AML.T0085", "AC-3 AU-2",
       "yes", "records", "Reads what the agent remembers."),
    _R("mcp.memory.*", "medium", "N/L/L/N/U/N/L/L", "AML.T0080 ASI06", "SI-7 SI-10 AU-2", "partly", "records",
       "Changes what the agent will take for true from now on.", 10.0),
    _R("mcp.*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI02", "AC-3 CM-7 AU-2", "unknown", "unknown",
       "A tool of an MCP server nobody has rated yet.", 10.0),
    _R("tool.call tool.execute tool.*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI02", "AC-3 CM-7 AU-2", "unknown",
       "unknown", "Says that some tool is called and not what it does.", 10.0),
    _R("mcp.server.add tool.install", "critical", "N/L/L/R/C/H/H/L", "AML.T0010 AML.T0081 ASI04", "CM-7 CM-11 SR-3",
       "yes", "system", "Gives the agent new tools, written by somebody else."),

    # Models and what they learn from
    _R("model.infer model.predict model.complete model.embed llm.call llm.*", "low", "N/L/L/N/U/L/N/N", "AML.T0057",
       "AC-4 AU-2", "yes", "record", "Asks a model; the prompt leaves our hands."),
    _R("model.train model.fine_tune", "high", "N/L/L/N/C/L/H/L", "AML.T0020 ASI06", "CM-3 SI-7 SI-10", "partly",
       "system", "Changes what a model will say to everybody."),
    _R("model.deploy", "high", "N/L/H/N/C/L/H/H", "AML.T0018", "CM-3 CM-5 SA-10", "partly", "system",
       "Puts another model into service."),
    _R("model.*", "high", "N/L/L/N/C/L/H/L", "AML.T0018", "CM-3 SI-7 AU-2", "unknown", "system",
       "An operation on models nobody has rated yet."),
    _R("memory.read knowledge.read knowledge.search rag.query", "low", "L/L/L/N/U/L/N/N", "AML.T0085", "AC-3 AU-2",
       "yes", "records", "Reads what the agent remembers."),
    _R("memory.write memory.update memory.delete memory.* knowledge.write rag.index rag.* knowledge.*", "medium",
       "N/L/L/N/U/N/L/L", "AML.T0080 AML.T0070 ASI06", "SI-7 SI-10 AU-2", "partly", "records",
       "Changes what the agent will take for true from now on.", 10.0),
    _R("prompt.update agent.configure", "critical", "N/L/H/N/C/L/H/H", "AML.T0081 ASI01", "CM-3 CM-5 SI-7", "yes",
       "system", "Changes what an agent strives for."),

    # Other agents
    _R("agent.message agent.delegate agent.handoff", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI07 ASI08",
       "AC-4 SC-8 AU-2", "unknown", "system",
       "Has another agent act; what that does is not visible from here.", 10.0),
    _R("agent.create agent.spawn", "high", "N/L/L/N/C/L/H/L", "AML.T0103 ASI10 ASI08", "AC-2 CM-7 AU-2", "yes",
       "system", "Starts another agent, which acts on its own."),
    _R("agent.*", "high", "N/L/L/N/C/L/H/L", "AML.T0103 ASI07", "AC-2 CM-7 AU-2", "unknown", "system",
       "An operation on agents nobody has rated yet."),
    _R("workflow.read workflow.status", "low", "N/L/L/N/U/L/N/N", "T1213", "AC-3 AU-2", "yes", "records",
       "Reads how a process stands and changes nothing."),
    _R("workflow.trigger workflow.start workflow.*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI08", "AC-3 CM-3 AU-2",
       "unknown", "system", "Sets a chain of steps going; each of them may do more.", 10.0),
)
# fmt: on
